using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Platforms.Host;

namespace Waterguard.Sensing;

/// <summary>The machine that is looked at.</summary>
internal sealed record SensorHost(string Id, string Name);

/// <summary>Writes what a sensor tells, one JSON object a line, in the names of the Elastic Common Schema. What a process or a label says is written as it is, escaped. Not thread-safe.</summary>
internal sealed class SensorJson(SensorHost host)
{
    private const int LongestCommand = 4096;
    private const int MostLabels = 64;
    private const int LongestLabel = 1024;
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="sighting"><c>container</c>, <c>container_started</c> or <c>container_ended</c>.</param>
    public byte[] Container(string sighting, HostContainer container, DateTimeOffset at, IReadOnlyList<IPAddress> addresses) => Line(at, writer =>
    {
        writer.WriteStartObject("waterguard");
        writer.WriteString("sighting", sighting);
        Texts(writer, "witness", container.Witnesses);
        Optional(writer, "runtime_namespace", container.RuntimeNamespace);
        Optional(writer, "runtime_socket", container.Socket);
        Optional(writer, "pod_uid", container.PodUid);
        Optional(writer, "outer_container", container.Outer);
        if (container.OnHostNetwork) writer.WriteBoolean("host_network", true);
        if (container.SeesHostProcesses) writer.WriteBoolean("host_processes", true);
        if (container.HasOwnUsers) writer.WriteBoolean("own_users", true);
        writer.WriteEndObject();
        writer.WriteStartObject("container");
        writer.WriteString("id", container.Id);
        Optional(writer, "name", container.Name);
        Image(writer, container);
        if (container.Started is { } started) writer.WriteString("started", AlertJson.Time(started));
        if (addresses.Count > 0) Texts(writer, "addresses", addresses.Select(a => a.ToString()));
        if (!container.Labels.IsEmpty)
        {
            writer.WriteStartObject("labels");
            foreach (var (name, value) in container.Labels.Take(MostLabels)) writer.WriteString(name, Cut(value, LongestLabel));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (container.Init == 0) return;
        writer.WriteStartObject("process");
        writer.WriteNumber("pid", container.Init);
        Optional(writer, "command_line", Cut(container.Command, LongestCommand));
        writer.WriteEndObject();
    });

    /// <param name="sighting"><c>engine</c> or <c>socket</c>.</param>
    public byte[] Socket(string sighting, string path, DateTimeOffset at) => Line(at, writer =>
    {
        writer.WriteStartObject("waterguard");
        writer.WriteString("sighting", sighting);
        Texts(writer, "witness", ["socket"]);
        writer.WriteString("socket", path);
        writer.WriteEndObject();
    });

    /// <summary>A round is over: that the sensor lives, and what it could not see.</summary>
    public byte[] Round(DateTimeOffset at, int containers, long dropped, IReadOnlyList<string> cannotSee) => Line(at, writer =>
    {
        writer.WriteStartObject("waterguard");
        writer.WriteString("sighting", "round");
        writer.WriteNumber("containers", containers);
        if (dropped > 0) writer.WriteNumber("dropped", dropped);
        if (cannotSee.Count > 0) Texts(writer, "cannot_see", cannotSee);
        writer.WriteEndObject();
    });

    /// <param name="processor">Share of all of the host's processors, 0 to 1.</param>
    /// <param name="memory">Share of what it may hold, 0 to 1.</param>
    public byte[] Metrics(HostContainer container, DateTimeOffset at, double? processor, double? memory, (long In, long Out)? network) => Line(at, writer =>
    {
        writer.WriteStartObject("event");
        writer.WriteString("dataset", "waterguard.sensor");
        writer.WriteEndObject();
        writer.WriteStartObject("metricset");
        writer.WriteString("name", "container");
        writer.WriteEndObject();
        writer.WriteStartObject("container");
        writer.WriteString("id", container.Id);
        Optional(writer, "name", container.Name);
        Image(writer, container);
        if (processor is { } cpu) Usage(writer, "cpu", cpu);
        if (memory is { } held) Usage(writer, "memory", held);
        if (network is var (received, sent))
        {
            writer.WriteStartObject("network");
            Bytes(writer, "ingress", received);
            Bytes(writer, "egress", sent);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    });

    public byte[] Flow(HostContainer container, Connection connection, DateTimeOffset at) => Line(at, writer =>
    {
        writer.WriteStartObject("waterguard");
        writer.WriteString("flow", "connection");
        writer.WriteEndObject();
        End(writer, "source", connection.Local);
        End(writer, "destination", connection.Remote);
        writer.WriteStartObject("network");
        writer.WriteString("transport", connection.Protocol);
        writer.WriteEndObject();
        writer.WriteStartObject("container");
        writer.WriteString("id", container.Id);
        Optional(writer, "name", container.Name);
        Image(writer, container);
        writer.WriteEndObject();
    });

    private byte[] Line(DateTimeOffset at, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_options))
        {
            writer.WriteStartObject();
            writer.WriteString("@timestamp", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            writer.WriteStartObject("host");
            writer.WriteString("id", host.Id);
            writer.WriteString("name", host.Name);
            writer.WriteEndObject();
            write(writer);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void Image(Utf8JsonWriter writer, HostContainer container)
    {
        if (container.Image.Length == 0 && container.Digest.Length == 0) return;
        writer.WriteStartObject("image");
        Optional(writer, "name", container.Image);
        if (container.Digest.Length > 0)
        {
            writer.WriteStartObject("hash");
            Texts(writer, "all", [container.Digest]);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Usage(Utf8JsonWriter writer, string what, double share)
    {
        writer.WriteStartObject(what);
        writer.WriteNumber("usage", Math.Round(share, 6));
        writer.WriteEndObject();
    }

    private static void Bytes(Utf8JsonWriter writer, string direction, long bytes)
    {
        writer.WriteStartObject(direction);
        writer.WriteNumber("bytes", bytes);
        writer.WriteEndObject();
    }

    private static void End(Utf8JsonWriter writer, string name, IPEndPoint end)
    {
        writer.WriteStartObject(name);
        writer.WriteString("ip", end.Address.ToString());
        writer.WriteNumber("port", end.Port);
        writer.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) writer.WriteString(name, value);
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
