using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Pipeline;
using Waterguard.Posture;

namespace Waterguard.Tests.Posture;

/// <summary>Alerts and audit events as clusters of version 1.36 write them.</summary>
internal static class Incidents
{
    private static readonly Lazy<Generation> s_content = new(() => GenerationLoader.Load(ContentOptions.Default with { Examples = false }));

    public static Generation Content => s_content.Value;

    public static Postures Postures { get; } = new(() => s_content.Value, null, [], TimeProvider.System);

    /// <summary>A pod that is made.</summary>
    public static JsonObject Pod(int number, string spec, string space = "chart", string user = "ines@harbour.example", string verb = "create", int code = 201, string meta = "") => JsonNode.Parse($$$"""
        {"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"7d1c0f5e-0000-4000-8000-{{{number:d12}}}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/{{{space}}}/pods","verb":"{{{verb}}}",
         "user":{"username":"{{{user}}}","groups":["system:authenticated"]},"sourceIPs":["10.8.4.20"],"userAgent":"kubectl/v1.36.0","objectRef":{"resource":"pods","namespace":"{{{space}}}","name":"tide-{{{number}}}","apiVersion":"v1"},"responseStatus":{"code":{{{code}}}},
         "requestObject":{"kind":"Pod","apiVersion":"v1","metadata":{ {{{meta}}} "name":"tide-{{{number}}}","namespace":"{{{space}}}"},"spec":{{{spec}}}},"requestReceivedTimestamp":"2026-11-20T10:00:00.000000Z","stageTimestamp":"2026-11-20T10:00:00.100000Z"}
        """)!.AsObject();

    /// <summary>A pod with one container, and what is said of the container and of the pod besides.</summary>
    public static string Spec(string container = "", string pod = "", string image = "registry.harbour.example/tide-api:1.4.0") => $$"""{ {{pod}} "containers":[{ {{container}} "name":"main","image":"{{image}}"}]}""";

    /// <summary>An alert with these events.</summary>
    public static JsonObject Alert(IEnumerable<JsonObject> events, string source = "kubernetes.audit", string level = "high", string rule = "0f28ccb1-f8fe-490c-ad27-18203ef551f1", string entities = """{"identity":["ines@harbour.example"]}""") => new()
    {
        ["id"] = "a1", ["time"] = "2026-11-20T10:00:00.100Z", ["title"] = "Privileged container", ["level"] = level, ["rule"] = new JsonObject { ["id"] = rule }, ["strategy"] = "container-runtime-evasion", ["entities"] = JsonNode.Parse(entities),
        ["events"] = new JsonArray([.. events.Select(e => (JsonNode?)new JsonObject { ["source"] = source, ["raw"] = e.DeepClone() })]),
    };

    public static PostureReport Report(JsonObject alert, IEnumerable<JsonObject>? others = null, string source = "kubernetes.audit") =>
        Postures.Of(PostureSubject.Read(alert.ToJsonString()), [.. (others ?? []).Select(o => SeenEvent.Of(source, o)!)], [], CancellationToken.None);

    public static ImmutableArray<SeenEvent> Seen(string source, params IEnumerable<JsonObject> events) => [.. events.Select(e => SeenEvent.Of(source, e)!)];
}
