using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Sources.Configuration;

namespace Waterguard.Configuration;

/// <summary>The collector that gets our own traces, logs and metrics.</summary>
/// <param name="Endpoint">The address below which the signals' addresses are.</param>
/// <param name="Authority">PEM file of its authority; null: those of the machine.</param>
internal sealed record OtlpConfiguration(Uri Endpoint, Secret? Key, string KeyHeader, string? Authority)
{
    private static readonly string[] s_signals = ["traces", "logs", "metrics"];

    /// <summary>traces, logs, metrics: those that are sent.</summary>
    public ImmutableArray<string> Signals { get; init; } = [.. s_signals];

    /// <summary>The share of traces that is kept, from 0 to 1.</summary>
    public double Sample { get; init; } = 0.1;

    /// <summary>How often metrics are sent.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    public static OtlpConfiguration? From(SettingValues values, SourceLocation location, DiagnosticBag bag)
    {
        if (values.Text("endpoint") is not { } text)
        {
            bag.Error(ConfigurationCodes.Unusable, location, "'otlp' needs an 'endpoint'.");
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0)
        {
            bag.Error(ConfigurationCodes.Unusable, values.LocationOf("endpoint"), $"'{text}' is not an http or https address; a key belongs into 'key'.");
            return null;
        }

        if (endpoint.Scheme == "http" && values.Secret("key") is not null && !endpoint.IsLoopback)
            bag.Error(ConfigurationCodes.Unusable, values.LocationOf("key"), "A key is sent by https only, or to this machine.");
        var header = values.Text("key_header") ?? "";
        if (header.Length == 0 || !header.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("key_header"), $"'{header}' is not the name of a header.");
        foreach (var signal in values.Texts("signals").Where(s => !s_signals.Contains(s, StringComparer.Ordinal))) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("signals"), $"There is no signal '{signal}'; there are traces, logs and metrics.");
        return new OtlpConfiguration(endpoint, values.Secret("key"), header, values.Text("authority"))
        {
            Signals = values.Texts("signals") is { IsEmpty: false } signals ? signals : [.. s_signals],
            Sample = values.Number("sample") / 100.0,
            Every = values.Duration("every"),
        };
    }
}
