using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Waterguard.Sources.Transports.Docker;

/// <summary>What is needed of an engine's event to go on from it.</summary>
/// <param name="Hash">Of its bytes: an engine tells the same event again with the same bytes.</param>
internal readonly record struct DockerEvent(byte[] Line, long TimeNano, string Type, string Action, string Id, long Hash)
{
    public SeenEvent Key => new(TimeNano, Hash);

    public bool IsCreation => Type == "container" && Action == "create";

    public bool IsRemoval => Type == "container" && Action == "destroy";

    /// <summary>Null: not an event.</summary>
    public static DockerEvent? Parse(byte[] line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            string Text(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("timeNano", out var nano) || !nano.TryGetInt64(out var time)) return null;
            var actor = root.TryGetProperty("Actor", out var a) ? a : default;
            return new DockerEvent(line, time, Text(root, "Type"), Text(root, "Action"), Text(actor, "ID"), BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(line)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The event's line with a document joined to it, by text: nothing of either is written anew.</summary>
    public static byte[] Join(byte[] line, string name, byte[] document)
    {
        var end = line.AsSpan().LastIndexOf((byte)'}');
        return [.. line.AsSpan(0, end), .. System.Text.Encoding.UTF8.GetBytes($",\"{name}\":"), .. document.AsSpan().Trim(" \r\n"u8), (byte)'}'];
    }
}
