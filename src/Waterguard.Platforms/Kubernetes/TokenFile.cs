using Waterguard.Platforms.Outbound;

namespace Waterguard.Platforms.Kubernetes;

/// <summary>A token in a file that the kubelet renews: it is read again when the file has changed, and when it was refused. Thread-safe.</summary>
public sealed class TokenFile(string path) : IAccessTokens
{
    private const int Longest = 64 * 1024;
    private readonly Lock _lock = new();
    private (DateTime Written, string Token)? _read;

    /// <inheritdoc/>
    public Task<string> TokenAsync(bool refused, CancellationToken cancel)
    {
        try
        {
            // The file is a link that is turned to another: the time is that of what it leads to.
            var file = new FileInfo(path);
            var target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            var written = target.LastWriteTimeUtc;
            lock (_lock)
            {
                if (!refused && _read is { } known && known.Written == written) return Task.FromResult(known.Token);
                if (new FileInfo(target.FullName).Length > Longest) throw new CredentialException($"{path} is too large for a token");
                var token = File.ReadAllText(path).Trim();
                if (token.Length == 0 || token.Any(c => c is <= ' ' or > '~')) throw new CredentialException($"{path} holds no token");
                _read = (written, token);
                return Task.FromResult(token);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException($"the token in {path} cannot be read: {e.Message}", e);
        }
    }
}
