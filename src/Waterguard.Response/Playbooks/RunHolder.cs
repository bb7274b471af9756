namespace Waterguard.Response.Playbooks;

/// <summary>A process that goes on with runs. Thread-safe.</summary>
/// <param name="Name">Of no other process, now or later.</param>
/// <param name="IsAlive">Whether a process of that name still runs; null: nobody can tell, as on another machine.</param>
public sealed record RunHolder(string Name, Func<string, bool?> IsAlive)
{
    /// <summary>After how long what another machine is at is taken to be cut off.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
}
