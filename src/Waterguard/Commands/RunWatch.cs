namespace Waterguard.Commands;

/// <summary>How long loading and running took.</summary>
internal sealed class RunWatch(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _loaded;
    private long _ran;

    public double LoadSeconds => time.GetElapsedTime(_started, _loaded).TotalSeconds;

    public double RunSeconds => time.GetElapsedTime(_loaded, _ran).TotalSeconds;

    public void Loaded() => _loaded = time.GetTimestamp();

    public void Ran() => _ran = time.GetTimestamp();
}
