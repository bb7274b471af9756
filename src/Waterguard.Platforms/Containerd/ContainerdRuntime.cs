using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Waterguard.Platforms.Containerd;

/// <summary>A task that containerd runs, and what it knows of its container.</summary>
/// <param name="Pid">On the host.</param>
/// <param name="Image">Name of the image, as it was asked for; empty where it was started from a folder.</param>
public sealed record ContainerdTask(string Namespace, string Id, int Pid, bool Runs, string Image, ImmutableSortedDictionary<string, string> Labels);

/// <summary>The lists of containerd, over its socket: gRPC, which is HTTP/2 with messages of protocol buffers in frames (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). It only reads. Thread-safe.</summary>
public sealed class ContainerdRuntime : IDisposable
{
    private const int FrameHead = 5;
    private const int MostBytes = 64 << 20;
    private const int Running = 2;
    private readonly HttpClient _client;

    /// <summary>A client; it connects when first asked.</summary>
    /// <param name="socket">Path of containerd's socket.</param>
    public ContainerdRuntime(string socket)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5),
            ConnectCallback = async (_, cancel) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        };
        _client = new HttpClient(handler) { BaseAddress = new Uri("http://containerd/"), Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>The tasks of all namespaces.</summary>
    /// <exception cref="HttpRequestException">Nobody answers, or it refuses.</exception>
    /// <exception cref="InvalidDataException">The answer makes no sense.</exception>
    public async Task<IReadOnlyList<ContainerdTask>> TasksAsync(CancellationToken cancel)
    {
        var all = new List<ContainerdTask>();
        var namespaces = await AskAsync("containerd.services.namespaces.v1.Namespaces/List", "", cancel);
        foreach (var space in Protobuf.Fields(namespaces).Where(f => f.Number == 1).Select(f => TextOf(f.Bytes, 1)).ToArray())
        {
            var containers = Protobuf.Fields(await AskAsync("containerd.services.containers.v1.Containers/List", space, cancel)).Where(f => f.Number == 1).Select(f => f.Bytes)
                .GroupBy(c => TextOf(c, 1), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
            foreach (var task in Protobuf.Fields(await AskAsync("containerd.services.tasks.v1.Tasks/List", space, cancel)).Where(f => f.Number == 1)) all.Add(Task(space, task.Bytes, containers));
        }

        return all;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    // containerd.v1.types.Process: 1 container's id, 2 id, 3 process, 4 status. Container: 1 id, 2 labels, 3 image.
    private static ContainerdTask Task(string space, ReadOnlyMemory<byte> task, Dictionary<string, ReadOnlyMemory<byte>> containers)
    {
        var fields = Protobuf.Fields(task).ToArray();
        var id = fields.LastOrDefault(f => f.Number == 1).Text is { Length: > 0 } container ? container : fields.LastOrDefault(f => f.Number == 2).Text;
        var known = containers.GetValueOrDefault(id);
        var labels = Protobuf.Fields(known).Where(f => f.Number == 2).Select(f => (Key: TextOf(f.Bytes, 1), Value: TextOf(f.Bytes, 2))).DistinctBy(l => l.Key, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal);
        return new ContainerdTask(space, id, (int)fields.LastOrDefault(f => f.Number == 3).Value, fields.LastOrDefault(f => f.Number == 4).Value == Running, TextOf(known, 3), labels);
    }

    private static string TextOf(ReadOnlyMemory<byte> message, int number) => Protobuf.Fields(message).LastOrDefault(f => f.Number == number).Text;

    // None of these requests has a field: the frame is empty.
    private async Task<ReadOnlyMemory<byte>> AskAsync(string method, string space, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(method, UriKind.Relative)) { Content = new ByteArrayContent(new byte[FrameHead]), Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        if (space.Length > 0) request.Headers.TryAddWithoutValidation("containerd-namespace", space);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        response.EnsureSuccessStatusCode();
        await response.Content.LoadIntoBufferAsync(MostBytes, cancel);
        var body = await response.Content.ReadAsByteArrayAsync(cancel);
        var status = Header(response, "grpc-status");
        if (status is not ("0" or "")) throw new HttpRequestException($"containerd refuses {method}: {Header(response, "grpc-message")} ({status})");
        if (body.Length < FrameHead) return default;
        var length = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1));
        return body[0] == 0 && length <= body.Length - FrameHead ? body.AsMemory(FrameHead, (int)length) : throw new InvalidDataException($"containerd's answer to {method} is cut or packed");
    }

    private static string Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var after) || response.Headers.TryGetValues(name, out after) ? string.Join(',', after) : "";
}
