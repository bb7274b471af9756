namespace Waterguard.Platforms.Host;

/// <summary>A process that stands between a runtime and one container, or the containers of a pod: the runtime's shim, by its own words.</summary>
/// <param name="Container">The id that it was started with; of a pod's shim that of the sandbox.</param>
/// <param name="Namespace">The runtime's namespace (<c>moby</c>, <c>k8s.io</c>); empty where it has none.</param>
/// <param name="Socket">Where the runtime listens; empty where the shim does not say.</param>
/// <param name="Bundle">Folder with the container's configuration; empty where the shim does not say.</param>
public readonly record struct ShimCommand(string Container, string Namespace, string Socket, string Bundle)
{
    /// <summary>Reads the arguments of a process; null: it is no shim.</summary>
    public static ShimCommand? Of(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0) return null;
        var name = Path.GetFileName(arguments[0]);
        if (name.StartsWith("containerd-shim", StringComparison.Ordinal)) return Named(arguments, "id", "namespace", "address", "bundle");
        return name is "conmon" or "conmonrs" ? Named(arguments, "c", "", "", "b") : null;
    }

    private static ShimCommand? Named(IReadOnlyList<string> arguments, string id, string space, string socket, string bundle) =>
        After(arguments, id) is { Length: > 0 } container ? new ShimCommand(container, After(arguments, space), After(arguments, socket), After(arguments, bundle)) : null;

    // Go takes one dash or two, and a value behind a space or an equals sign.
    private static string After(IReadOnlyList<string> arguments, string option)
    {
        if (option.Length == 0) return "";
        for (var i = 1; i < arguments.Count; i++)
        {
            var word = arguments[i].AsSpan().TrimStart('-');
            if (word.Length == arguments[i].Length) continue;
            if (word.SequenceEqual(option)) return i + 1 < arguments.Count ? arguments[i + 1] : "";
            if (word.StartsWith(option, StringComparison.Ordinal) && word.Length > option.Length && word[option.Length] == '=') return word[(option.Length + 1)..].ToString();
        }

        return "";
    }
}
