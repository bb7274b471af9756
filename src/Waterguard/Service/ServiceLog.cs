using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Waterguard.Service;

/// <summary>What the service says, on standard error: one JSON object a line, so that a journal or a container's log keeps its parts. Thread-safe.</summary>
internal sealed class ServiceLog(TimeProvider time, TextWriter to) : ILoggerProvider
{
    private readonly Lock _lock = new();
    private volatile Action<string, string, IReadOnlyList<KeyValuePair<string, object?>>>? _also;

    /// <summary>Gets all of it too: level, message, parts. Null: nobody does.</summary>
    public Action<string, string, IReadOnlyList<KeyValuePair<string, object?>>>? Also { set => _also = value; }

    public void Say(string level, string what, params ReadOnlySpan<(string Name, object? Value)> parts)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Alerting.Output.AlertJson.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("time", Alerting.Output.AlertJson.Time(time.GetUtcNow()));
            writer.WriteString("level", level);
            writer.WriteString("message", what);
            foreach (var (name, value) in parts)
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, value);
            }

            writer.WriteEndObject();
        }

        lock (_lock)
        {
            to.WriteLine(System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
            to.Flush();
        }

        if (_also is not { } also) return;
        var named = new KeyValuePair<string, object?>[parts.Length];
        for (var i = 0; i < parts.Length; i++) named[i] = new(parts[i].Name, parts[i].Value);
        also(level, what, named);
    }

    public void Info(string what, params ReadOnlySpan<(string Name, object? Value)> parts) => Say("info", what, parts);

    public void Warn(string what, params ReadOnlySpan<(string Name, object? Value)> parts) => Say("warning", what, parts);

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    // What the web server has to say goes the same way.
    private sealed class Category(ServiceLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Say(logLevel >= LogLevel.Error ? "error" : "warning", formatter(state, exception), ("category", name), ("error", exception?.ToString()));
        }
    }
}
