using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports;

/// <summary>A kind of transport, as the configuration names it.</summary>
/// <param name="Name">The word behind <c>transport:</c>.</param>
/// <param name="Says">What it reads, in one sentence.</param>
/// <param name="Settings">Its keys, beside those that every input has.</param>
/// <param name="Create">Makes one; null when the settings do not go together, which is then in the bag. Opens nothing yet.</param>
public sealed record TransportKind(string Name, string Says, ImmutableArray<Setting> Settings, Func<InputDefinition, TransportSurroundings, DiagnosticBag, ITransport?> Create)
{
    /// <summary>Whether others post to it, so that the service must listen for them.</summary>
    public bool OpensHttp { get; init; }
}

/// <summary>One input, as configured.</summary>
/// <param name="Source">The source that all its records are of; null: recognised from each record.</param>
/// <param name="Labels">Constant ECS fields of all its events.</param>
/// <param name="Settings">What its transport wants to know.</param>
public sealed record InputDefinition(string Name, string? Source, TransportKind Kind, ImmutableDictionary<string, string> Labels, SettingValues Settings, SourceLocation Location);

/// <summary>What a transport gets from the tool around it.</summary>
/// <param name="Say">Tells an administrator something: the input's name, the sentence.</param>
/// <param name="Network">What sends requests to clouds; null: the network itself.</param>
public sealed record TransportSurroundings(TimeProvider Time, Action<string, string> Say, HttpMessageHandler? Network = null);
