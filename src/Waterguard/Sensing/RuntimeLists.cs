using System.Collections.Immutable;
using System.Text.Json;
using Waterguard.Platforms.Containerd;
using Waterguard.Platforms.Docker;
using Waterguard.Platforms.Host;

namespace Waterguard.Sensing;

/// <summary>What the engines and runtimes of this host say that they run: Docker and Podman by the Engine API, containerd by its task lists. One that does not answer is asked again after a while. Not
/// thread-safe.</summary>
internal sealed class RuntimeLists(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(5);
    private static readonly string[] s_usual = ["/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock", "/run/k3s/containerd/containerd.sock"];

    private readonly Dictionary<string, DockerEngine> _engines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ContainerdRuntime> _runtimes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _notBefore = new(StringComparer.Ordinal);
    private Dictionary<string, Told> _told = new(StringComparer.Ordinal);

    /// <summary>Why a runtime could not be asked, by its socket.</summary>
    public SortedDictionary<string, string> Trouble { get; } = new(StringComparer.Ordinal);

    /// <summary>Asks all of them.</summary>
    /// <param name="sockets">Sockets that were found, besides the usual ones.</param>
    public async Task AskAsync(IEnumerable<string> sockets, CancellationToken cancel)
    {
        var told = new Dictionary<string, Told>(StringComparer.Ordinal);
        var now = time.GetUtcNow();
        foreach (var socket in sockets.Concat(s_usual).Where(File.Exists).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (_notBefore.TryGetValue(socket, out var later) && now < later) continue;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(s_patience);
            try
            {
                foreach (var (id, one) in await AskAsync(socket, patience.Token)) Merge(told, id, one);
                Trouble.Remove(socket);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or JsonException or System.Net.Sockets.SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                Trouble[socket] = e is OperationCanceledException ? "it does not answer" : e.GetBaseException().Message;
                _notBefore[socket] = now + s_again;
            }
        }

        _told = told;
    }

    /// <summary>Puts what the runtimes say to what was seen.</summary>
    public IReadOnlyList<HostContainer> Join(IReadOnlyList<HostContainer> seen, IReadOnlyDictionary<int, HostProcess> processes)
    {
        var joined = seen.Select(c => _told.TryGetValue(c.Id, out var told) ? With(c, told) : c).ToList();
        var ids = seen.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        // What has ended since it was asked is not missing: a runtime that names a process that is there is believed.
        joined.AddRange(_told.Where(t => !ids.Contains(t.Key) && t.Value.Pid > 0 && processes.ContainsKey(t.Value.Pid)).OrderBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => With(new HostContainer(t.Key, [], t.Value.Pid, [t.Value.Pid]), t.Value)));
        return joined;
    }

    public void Dispose()
    {
        foreach (var engine in _engines.Values) engine.Dispose();
        foreach (var runtime in _runtimes.Values) runtime.Dispose();
    }

    private async Task<IReadOnlyList<(string Id, Told Told)>> AskAsync(string socket, CancellationToken cancel)
    {
        if (Path.GetFileName(socket) is not ("docker.sock" or "podman.sock" or "crio.sock" or "cri-dockerd.sock" or "buildkitd.sock"))
        {
            // Wherever a shim says that its containerd listens, under whatever name.
            if (!_runtimes.TryGetValue(socket, out var runtime)) _runtimes[socket] = runtime = new ContainerdRuntime(socket);
            return [.. (await runtime.TasksAsync(cancel)).Where(t => t.Runs).Select(t => (t.Id, new Told(socket, t.Namespace, t.Pid, t.Labels.GetValueOrDefault("io.kubernetes.container.name", ""), t.Image, "", t.Labels)))];
        }

        if (Path.GetFileName(socket) is not ("docker.sock" or "podman.sock")) return [];
        if (!_engines.TryGetValue(socket, out var engine)) _engines[socket] = engine = new DockerEngine(new DockerAddress("unix://" + socket));
        using var list = JsonDocument.Parse(await engine.ListAsync(all: false, cancel));
        return [.. list.RootElement.EnumerateArray().Select(c => Read(c, socket))];
    }

    private static (string, Told) Read(JsonElement container, string socket)
    {
        string Text(string name) => container.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        var name = container.TryGetProperty("Names", out var names) && names.ValueKind == JsonValueKind.Array && names.GetArrayLength() > 0 ? names[0].ToString().TrimStart('/') : "";
        var labels = container.TryGetProperty("Labels", out var given) && given.ValueKind == JsonValueKind.Object
            ? given.EnumerateObject().DistinctBy(l => l.Name, StringComparer.Ordinal).ToImmutableSortedDictionary(l => l.Name, l => l.Value.ToString(), StringComparer.Ordinal) : ImmutableSortedDictionary<string, string>.Empty;
        return (Text("Id"), new Told(socket, "", 0, name, Text("Image"), Text("ImageID"), labels));
    }

    // An engine and the runtime below it tell of the same container: what one does not know the other may.
    private static void Merge(Dictionary<string, Told> all, string id, Told one)
    {
        if (!all.TryGetValue(id, out var known)) all[id] = one;
        else all[id] = new Told(known.Socket, First(known.Namespace, one.Namespace), Math.Max(known.Pid, one.Pid), First(known.Name, one.Name), First(known.Image, one.Image), First(known.Digest, one.Digest), one.Labels.SetItems(known.Labels));
    }

    private static HostContainer With(HostContainer container, Told told) => container with
    {
        Witnesses = [.. container.Witnesses.Append("runtime").Order(StringComparer.Ordinal)],
        RuntimeNamespace = First(container.RuntimeNamespace, told.Namespace), Socket = First(container.Socket, told.Socket), Name = told.Name, Image = First(told.Image, container.Image), Digest = told.Digest,
        Labels = container.Labels.SetItems(told.Labels),
    };

    private static string First(string one, string other) => one.Length > 0 ? one : other;

    private sealed record Told(string Socket, string Namespace, int Pid, string Name, string Image, string Digest, ImmutableSortedDictionary<string, string> Labels);
}
