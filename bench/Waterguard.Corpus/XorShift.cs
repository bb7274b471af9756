namespace Waterguard.Corpus;

/// <summary>xorshift64*: the same numbers for the same seed, on every machine and in every version of .NET.</summary>
internal sealed class XorShift(int seed)
{
    private ulong _state = ((ulong)(uint)seed + 1) * 0x9E3779B97F4A7C15UL;

    public ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1DUL;
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)((Next() >> 33) % (uint)bound);

    public T Pick<T>(T[] choices) => choices[Below(choices.Length)];
}
