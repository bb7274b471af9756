using System.Collections.Immutable;
using Waterguard.Posture.Cel;

namespace Waterguard.Posture.Admission;

/// <summary>Everything that policies can forbid, made ready for an incident: what others do as a matter of course is left allowed. Which of them would have prevented anything is found by trying them.</summary>
internal static class AdmissionTemplates
{
    // What the baseline of the Pod Security Standards lets containers add.
    private static readonly string[] s_usualCapabilities = ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];
    private static readonly string[] s_systemSpaces = ["kube-system", "kube-public", "kube-node-lease"];

    private static readonly (string Name, string Resource, string Operation, string Title)[] s_doors =
    [
        ("attach", "pods/attach", "CONNECT", "only who has attached to containers here before may attach"),
        ("ephemeral", "pods/ephemeralcontainers", "UPDATE", "only who has added ephemeral containers here before may add them"),
        ("exec", "pods/exec", "CONNECT", "only who has run commands in containers here before may run them"),
        ("port-forward", "pods/portforward", "CONNECT", "only who has forwarded ports here before may forward them"),
        ("token", "serviceaccounts/token", "CREATE", "only who has asked for tokens of service accounts here before may ask for them"),
    ];

    public static IEnumerable<AdmissionTemplate> For(IReadOnlyList<AdmissionRequest> incident, IReadOnlyList<AdmissionRequest> others)
    {
        var made = incident.Where(r => r.Object is not null && AdmissionTemplate.Workloads.Any(w => w.Item1 == r.Group && w.Item2.Contains(r.Resource, StringComparer.Ordinal))).ToArray();
        foreach (var template in made.Length == 0 ? [] : Inside(made, others)) yield return template;
        foreach (var door in s_doors)
        {
            var through = incident.Where(r => r.Resource == door.Resource && r.Namespace.Length > 0).ToArray();
            if (through.Length == 0) continue;
            var spaces = Spaces(through);
            yield return new AdmissionTemplate(door.Name, door.Title, [("", [door.Resource], [door.Operation])], Who(through, others.Where(o => o.Resource == door.Resource && spaces.Contains(o.Namespace, StringComparer.Ordinal))), spaces);
        }

        var placed = made.Where(r => s_systemSpaces.Contains(r.Namespace, StringComparer.Ordinal) && r.Operation == "CREATE").ToArray();
        if (placed.Length == 0) yield break;
        var rules = AdmissionTemplate.Workloads.Select(w => (w.Item1, w.Item2, (string[])["CREATE"])).ToImmutableArray();
        var where = Spaces(placed);
        yield return new AdmissionTemplate("system-space", "only who has made workloads of the system before may make them", rules, Who(placed, others.Where(o => o.Operation == "CREATE" && where.Contains(o.Namespace, StringComparer.Ordinal) && rules.Any(r => r.Item1 == o.Group && r.Item2.Contains(o.Resource, StringComparer.Ordinal)))), where);
    }

    private static IEnumerable<AdmissionTemplate> Inside(IReadOnlyList<AdmissionRequest> made, IReadOnlyList<AdmissionRequest> others)
    {
        var spaces = Spaces(made);
        var usual = others.Where(o => spaces.Contains(o.Namespace, StringComparer.Ordinal) && o.WasDone && !made.Any(o.Follows)).ToArray();
        AdmissionTemplate Of(string name, string title, string expression) => new(name, title, AdmissionTemplate.Workloads, expression, spaces);

        yield return Of("privileged", "containers must not be privileged", "variables.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || !c.securityContext.privileged)");
        foreach (var (name, field, what) in new[] { ("host-ipc", "hostIPC", "inter-process communication"), ("host-network", "hostNetwork", "network"), ("host-pid", "hostPID", "processes") })
            yield return Of(name, $"pods must not share the {what} of their node", $"!has(variables.pod.{field}) || !variables.pod.{field}");
        var paths = Except(usual, made, r => Plain.ListAt(r.PodSpec, "volumes").Select(v => Plain.TextAt(v, "hostPath", "path")));
        yield return Of("host-path", paths.Length == 0 ? "pods must not mount paths of their node" : "pods must mount no other paths of their node than are mounted here", $"!has(variables.pod.volumes) || variables.pod.volumes.all(v, !has(v.hostPath) || v.hostPath.path in {CelText.Quote(paths)})");
        const string Added = "has(c.securityContext.capabilities) && has(c.securityContext.capabilities.add)";
        var extra = Except(usual, made, r => r.Containers.SelectMany(c => Plain.TextsAt(c, "securityContext", "capabilities", "add")));
        yield return Of("capabilities", "containers must add no other capabilities than are usual", $"variables.containers.all(c, !has(c.securityContext) || !({Added}) || c.securityContext.capabilities.add.all(x, x in {CelText.Quote(s_usualCapabilities.Concat(extra))}))");
        const string Unconfined = "has(c.securityContext.seccompProfile) && c.securityContext.seccompProfile.type == 'Unconfined'";
        yield return Of("seccomp", "containers must not be freed from seccomp", $"variables.containers.all(c, !has(c.securityContext) || !({Unconfined}))");
        if (Images(usual) is { } known) yield return Of("images", "images must come from where images here have come from", $"variables.containers.all(c, {known})");
    }

    // From whom else pods have come here: a registry, or the repository of a name without one. Null: nobody else is known.
    private static string? Images(IReadOnlyList<AdmissionRequest> usual)
    {
        var origins = Except(usual, [], r => r.Containers.Select(c => Origin(Plain.TextAt(c, "image"))));
        if (origins.Length == 0) return null;
        string[] heads = [.. origins.SelectMany(o => o.EndsWith('/') ? [o] : new[] { o + ":", o + "@" })];
        string[] names = [.. origins.Where(o => !o.EndsWith('/'))];
        return $"c.image in {CelText.Quote(names)} || {CelText.Quote(heads)}.exists(p, c.image.startsWith(p))";
    }

    private static string Origin(string image)
    {
        var first = image.IndexOf('/', StringComparison.Ordinal);
        if (first > 0 && image.AsSpan(0, first) is var host && (host.IndexOfAny('.', ':') >= 0 || host is "localhost")) return image[..(first + 1)];
        var name = image.Split('@')[0];
        var tag = name.LastIndexOf(':');
        return tag < 0 ? name : name[..tag];
    }

    // Where nobody else is seen, only those of the incident are kept out: an empty list would keep out the system itself.
    private static string Who(IReadOnlyList<AdmissionRequest> incident, IEnumerable<AdmissionRequest> others)
    {
        string[] users = [.. incident.Select(r => r.User)];
        string[] usual = [.. others.Where(o => o.WasDone).Select(o => o.User).Where(u => u.Length > 0).Except(users, StringComparer.Ordinal)];
        return usual.Length > 0 ? $"request.userInfo.username in {CelText.Quote(usual)}" : $"!(request.userInfo.username in {CelText.Quote(users)})";
    }

    private static string[] Except(IEnumerable<AdmissionRequest> usual, IEnumerable<AdmissionRequest> made, Func<AdmissionRequest, IEnumerable<string>> what) =>
        [.. usual.SelectMany(what).Where(w => w.Length > 0).Except(made.SelectMany(what), StringComparer.Ordinal)];

    private static ImmutableArray<string> Spaces(IEnumerable<AdmissionRequest> requests) => [.. requests.Select(r => r.Namespace).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
