using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Detection.Census;
using Waterguard.Witnesses;

namespace Waterguard.Output;

/// <summary>Writes the census as one JSON object.</summary>
internal static class CensusJson
{
    public static void Write(CensusReport report, IEnumerable<Disagreement> disagreements, CensusCounts counts, Stream to)
    {
        using var writer = new Utf8JsonWriter(to, AlertJson.Options with { Indented = true });
        writer.WriteStartObject();
        writer.WriteStartArray("containers");
        foreach (var entry in report.Entries) Write(entry, writer);
        writer.WriteEndArray();
        writer.WriteStartArray("witnesses");
        foreach (var witness in report.Witnesses)
        {
            writer.WriteStartObject();
            writer.WriteString("witness", witness.Witness.Name);
            writer.WriteString("view", witness.Witness.View.ToString().ToLowerInvariant());
            writer.WriteBoolean("claims", witness.Witness.Claims);
            writer.WriteString("place", witness.Place);
            writer.WriteString("from", AlertJson.Time(witness.From));
            writer.WriteString("to", AlertJson.Time(witness.To));
            writer.WriteStartArray("silences");
            foreach (var (from, until) in witness.Silences) Span(writer, from, until);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("disagreements");
        foreach (var one in disagreements) DisagreementRecord.Write(one, writer);
        writer.WriteEndArray();
        writer.WriteStartObject("counts");
        foreach (var (name, count) in counts.All) writer.WriteNumber(name, count);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(CensusEntry entry, Utf8JsonWriter writer)
    {
        var subject = entry.Subject;
        writer.WriteStartObject();
        foreach (var (name, text) in new[]
        {
            ("cluster", subject.Cluster), ("host", subject.Host), ("namespace", subject.Namespace), ("pod", subject.Pod), ("pod_uid", subject.PodUid), ("workload", subject.Workload), ("container", subject.Container),
            ("name", subject.Name), ("image", subject.Image), ("digest", subject.Digest), ("command", Alerting.Redactor.Text(subject.Command)), ("actor", subject.Actor), ("lineage", subject.Lineage),
        })
        {
            writer.WriteString(name, text);
        }

        writer.WriteBoolean("host_network", subject.OnHostNetwork);
        Texts(writer, "claimed_by", subject.ClaimedBy);
        Texts(writer, "seen_by", subject.SeenBy);
        Texts(writer, "addresses", entry.Addresses);
        writer.WriteStartArray("intervals");
        foreach (var life in entry.Lives) Span(writer, life.From == long.MinValue ? null : new DateTimeOffset(life.From, TimeSpan.Zero), life.To is { } to ? new DateTimeOffset(to, TimeSpan.Zero) : null);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Span(Utf8JsonWriter writer, DateTimeOffset? from, DateTimeOffset? to)
    {
        writer.WriteStartObject();
        writer.WriteString("from", from is { } begins ? AlertJson.Time(begins) : null);
        writer.WriteString("to", to is { } ends ? AlertJson.Time(ends) : null);
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
