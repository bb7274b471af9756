using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Waterguard.Detection.Census;

namespace Waterguard.Witnesses;

/// <summary>Writes disagreements as records of the source <c>waterguard.disagreements</c>.</summary>
internal static class DisagreementRecord
{
    public const string Source = "waterguard.disagreements";

    public static void Write(Disagreement one, Utf8JsonWriter writer)
    {
        var subject = one.Subject;
        writer.WriteStartObject();
        writer.WriteString("@timestamp", Time(one.Time));
        writer.WriteStartObject("waterguard");
        writer.WriteStartObject("disagreement");
        writer.WriteString("kind", one.Kind);
        writer.WriteString("began", Time(one.Began));
        Texts(writer, "missing", one.Missing);
        Texts(writer, "claimed_by", subject.ClaimedBy.IsEmpty ? ["none"] : subject.ClaimedBy);
        Texts(writer, "seen_by", subject.SeenBy.IsEmpty ? ["none"] : subject.SeenBy);
        Text(writer, "claim", one.Claim);
        Text(writer, "lineage", subject.Lineage);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("container");
        Text(writer, "id", subject.Container);
        Text(writer, "name", subject.Name);
        writer.WriteStartObject("image");
        Text(writer, "name", subject.Image);
        Text(writer, "digest", subject.Digest);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("orchestrator");
        writer.WriteStartObject("cluster");
        Text(writer, "name", subject.Cluster.StartsWith(Fact.Derived, StringComparison.Ordinal) ? "" : subject.Cluster);
        writer.WriteEndObject();
        Text(writer, "namespace", subject.Namespace);
        writer.WriteStartObject("resource");
        Text(writer, "name", subject.Pod);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("workload");
        Text(writer, "name", subject.WorkloadPath);
        writer.WriteEndObject();
        writer.WriteStartObject("process");
        Text(writer, "command_line", subject.Command);
        writer.WriteEndObject();
        writer.WriteStartObject("host");
        Text(writer, "name", subject.Host);
        writer.WriteEndObject();
        writer.WriteStartObject("user");
        Text(writer, "name", subject.Actor);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static void Text(Utf8JsonWriter writer, string name, string text)
    {
        if (text.Length > 0) writer.WriteString(name, text);
    }

    private static void Texts(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
