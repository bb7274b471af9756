namespace Waterguard.Platforms.Outbound;

/// <summary>Gives the token that an API wants to see. Thread-safe.</summary>
public interface IAccessTokens
{
    /// <summary>A token that is valid now.</summary>
    /// <param name="refused">The API has just refused the token that it got: do not give it again.</param>
    /// <exception cref="CredentialException">There is none to be had; the message says why, and what to do.</exception>
    Task<string> TokenAsync(bool refused, CancellationToken cancel);
}

/// <summary>A token that somebody else puts into a file and renews.</summary>
/// <param name="read">Reads it anew: the token, or null and what is wrong.</param>
public sealed class GivenToken(Func<(string? Token, string? Problem)> read) : IAccessTokens
{
    /// <inheritdoc/>
    public Task<string> TokenAsync(bool refused, CancellationToken cancel) =>
        read() is ({ } token, _) ? Task.FromResult(token) : throw new CredentialException("no access token: " + read().Problem);
}

/// <summary>No access token could be had.</summary>
public sealed class CredentialException(string message, Exception? inner = null) : Exception(message, inner)
{
}
