using Waterguard.Service;

namespace Waterguard.Api.Access;

/// <summary>How the first admin is made: with a token that only whoever reads our log, or our data folder, can know. It serves once.</summary>
internal sealed class FirstRun
{
    /// <summary>A file that, found in the data folder at the start, opens the first run again.</summary>
    public const string AskFile = "make-admin";

    private readonly string _file;
    private readonly Lock _lock = new();
    private string? _hash;

    /// <exception cref="IOException">The token cannot be written.</exception>
    public FirstRun(string data, bool isNeeded, ServiceLog log)
    {
        _file = Path.Combine(data, "first-run-token");
        File.Delete(_file);
        // Who may write into the data folder owns everything in it anyway: a file of this name asks for another admin, once.
        var asked = Path.Combine(data, AskFile);
        if (File.Exists(asked))
        {
            isNeeded = true;
            File.Delete(asked);
        }

        if (!isNeeded) return;
        var token = Tokens.Make();
        _hash = Tokens.Hash(token);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(_file, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(token + "\n"));
        }

        log.Info("an admin can be made with this token, once (POST /api/v1/setup)", ("first_run_token", token), ("file", _file));
    }

    /// <summary>Whether a first admin can be made.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock) return _hash is not null;
        }
    }

    /// <summary>Makes the first admin, if this is the token; then there is no token any more. False: it is not.</summary>
    public bool Use(string token, Action make)
    {
        lock (_lock)
        {
            if (_hash is null || !Tokens.Same(_hash, Tokens.Hash(token))) return false;
            make();
            _hash = null;
            File.Delete(_file);
            return true;
        }
    }
}
