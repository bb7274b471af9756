using System.Globalization;

namespace Waterguard.Posture.Admission;

/// <summary>A request as admission saw it, read from its audit event.</summary>
/// <param name="Object">What was to be kept; null: the event does not say.</param>
/// <param name="IsPart">The object is a patch: what it was merged with is not known.</param>
/// <param name="Request">What expressions call <c>request</c>.</param>
internal sealed record AdmissionRequest(string Id, string Time, string Group, string Resource, string Operation, string Namespace, string Name, string User, bool WasDone, object? Object, bool IsPart, object Request)
{
    private static readonly string[] s_connecting = ["exec", "attach", "portforward", "proxy"];

    /// <summary>What it asks for, as a line.</summary>
    public string Says => SeenEvent.Printable($"{Time} {User} {Operation} {Resource} {Namespace}/{Name}");

    /// <summary>Reads an audit event; null: it is none of a request that admission sees.</summary>
    public static AdmissionRequest? Of(SeenEvent seen)
    {
        if (!seen.Text("apiVersion").StartsWith("audit.k8s.io/", StringComparison.Ordinal) || seen.Text("objectRef", "resource") is not { Length: > 0 } resource) return null;
        var sub = seen.Text("objectRef", "subresource");
        var code = seen.Number("responseStatus", "code") ?? 0;
        if (OperationOf(seen.Text("verb"), sub, code) is not { } operation) return null;
        // What the server answered is the whole object; what it was sent may be a patch.
        var answered = code is >= 200 and < 300 && Plain.At(seen.Record, "responseObject") is { } answer && Plain.At(answer, "spec") is not null ? answer : null;
        var sent = Plain.At(seen.Record, "requestObject");
        var group = seen.Text("objectRef", "apiGroup");
        var space = seen.Text("objectRef", "namespace");
        var user = Plain.At(seen.Record, "impersonatedUser") ?? Plain.At(seen.Record, "user");
        var name = seen.Text("objectRef", "name") is { Length: > 0 } told ? told : Plain.TextAt(answered ?? sent, "metadata", "name");
        var whole = sub.Length > 0 ? $"{resource}/{sub}" : resource;
        var request = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["operation"] = operation, ["namespace"] = space, ["name"] = name, ["subResource"] = sub,
            ["resource"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["group"] = group, ["version"] = seen.Text("objectRef", "apiVersion"), ["resource"] = resource },
            ["userInfo"] = user as IReadOnlyDictionary<string, object> ?? new Dictionary<string, object>(StringComparer.Ordinal),
        };
        return new AdmissionRequest(
            seen.Id, seen.Text("requestReceivedTimestamp") is { Length: > 0 } time ? time : seen.Text("stageTimestamp"), group, whole, operation, space, name, Plain.TextAt(user, "username"),
            code is 0 or (>= 100 and < 400), answered ?? sent, answered is null && seen.Text("verb") == "patch", request);
    }

    /// <summary>The requests of events, one for each that was made: the one that says most of its stages.</summary>
    public static IReadOnlyList<AdmissionRequest> All(IEnumerable<SeenEvent> events) =>
        [.. events.Select(Of).OfType<AdmissionRequest>().GroupBy(r => r.Id, StringComparer.Ordinal).Select(g => g.OrderByDescending(r => (r.Object is not null ? 2 : 0) + (r.IsPart ? 0 : 1)).First())];

    /// <summary>Whether it follows from another: a controller made it for what that one made.</summary>
    public bool Follows(AdmissionRequest other) =>
        other.Namespace == Namespace && other.Name.Length > 0 && Plain.ListAt(Object, "metadata", "ownerReferences").Any(o => Plain.TextAt(o, "name") is var owner && (owner == other.Name || owner.StartsWith(other.Name + "-", StringComparison.Ordinal)));

    /// <summary>The specification of its pods; null: it has none.</summary>
    public object? PodSpec => Plain.At(Object, "spec", "jobTemplate", "spec", "template", "spec") ?? Plain.At(Object, "spec", "template", "spec") ?? Plain.At(Object, "spec");

    /// <summary>The containers of its pods, of all three kinds.</summary>
    public IEnumerable<object> Containers => ((string[])["containers", "initContainers", "ephemeralContainers"]).SelectMany(k => Plain.ListAt(PodSpec, k));

    // A patch that is answered with 201 has made what was not there: a server-side apply.
    private static string? OperationOf(string verb, string sub, int code) => verb.ToLower(CultureInfo.InvariantCulture) switch
    {
        "create" or "get" when Array.Exists(s_connecting, s => s == sub) => "CONNECT",
        "create" => "CREATE",
        "patch" when code == 201 => "CREATE",
        "patch" or "update" => "UPDATE",
        "delete" => "DELETE",
        _ => null,
    };
}
