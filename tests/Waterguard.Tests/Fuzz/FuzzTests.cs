using System.Diagnostics;
using System.Text;
using Xunit;

namespace Waterguard.Tests.Fuzz;

/// <summary>Every parser on inputs that nobody wrote: the seeds of <c>tests/fuzz-corpus</c>, each as it is, and a few thousand seeded mutations.
/// Nothing may throw, and nothing may take long. <c>WATERGUARD_LONG=1</c>: ten minutes in all. <c>WATERGUARD_KEEP=1</c>: inputs that show something new are
/// added to the corpus.</summary>
public sealed class FuzzTests
{
    private const int Mutations = 4000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(600.0 / FuzzTargets.All.Count);

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Nothing_throws_and_nothing_hangs(string target)
    {
        var isLong = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is { Length: > 0 };
        var keep = Environment.GetEnvironmentVariable("WATERGUARD_KEEP") is { Length: > 0 };
        var folder = Repository.PathOf("tests", "fuzz-corpus", target);
        var pool = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        Assert.NotEmpty(pool);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var seed in pool) known.Add(Run(target, seed));
        var seedNumber = isLong ? Environment.TickCount : 1;
        var mutator = new Mutator(new Random(seedNumber));
        var watch = Stopwatch.StartNew();
        var runs = 0;
        for (; isLong ? watch.Elapsed < Long : runs < Mutations && watch.Elapsed < Short; runs++)
        {
            var input = mutator.Mutate(pool);
            if (!known.Add(Run(target, input))) continue;
            pool.Add(input);
            if (keep && input.Length < 4096) File.WriteAllBytes(Path.Combine(folder, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input).AsSpan(0, 6))), input);
        }

        var summary = $"fuzz {target}: {runs} mutations in {watch.Elapsed.TotalSeconds:F0} s with seed {seedNumber}, {known.Count} behaviours, no crash, no hang";
        TestContext.Current.SendDiagnosticMessage(summary);
        if (Environment.GetEnvironmentVariable("WATERGUARD_EVIDENCE") is { Length: > 0 } evidence)
        {
            Directory.CreateDirectory(evidence);
            File.AppendAllText(Path.Combine(evidence, "details.txt"), $"- {summary}\n");
        }

        Assert.True(runs > 100, $"only {runs} mutations in {watch.Elapsed}");
    }

    [Fact]
    public void The_corpus_is_small_and_has_a_folder_for_each_target()
    {
        var root = Repository.PathOf("tests", "fuzz-corpus");

        Assert.Equal(FuzzTargets.All.Keys.Order(StringComparer.Ordinal), Directory.EnumerateDirectories(root).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal));
        Assert.InRange(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), 1, 1 << 20);
    }

    // What the input showed. A hang ends the process' patience, not the process: the thread is left behind and the input told.
    private static string Run(string target, byte[] input)
    {
        var run = FuzzTargets.All[target];
        var started = Stopwatch.GetTimestamp();
        var work = Task.Run(() => run(input));
        try
        {
            if (!work.Wait(Deadline)) Assert.Fail($"{target} does not end on {Show(input)}");
        }
        catch (AggregateException e)
        {
            Assert.Fail($"{target} throws on {Show(input)}: {e.InnerException}");
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < Deadline);
        return work.GetAwaiter().GetResult();
    }

    private static string Show(byte[] input) => $"{Convert.ToBase64String(input)} ({Encoding.UTF8.GetString(input, 0, Math.Min(200, input.Length))})";
}

/// <summary>Changes inputs a little: flips, cuts, copies, splices of two, and pieces that parsers trip over. Seeded.</summary>
internal sealed class Mutator(Random random)
{
    private const int MaxLength = 64 * 1024;
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", "\\", "\\\"", "\\u", "\\ud800", ",", ":", "\n", "\r\n", "\t", "- ", "&a ", "*a", "|", ">", "!!", "%", "'", "''", "null", "true", "-1", "1e999", "[any]", "[none]", "|re: '(((('",
            "not ", " and ", " or ", "1 of them", "(", ")", "|contains|all", "{a: ", "<<: ", "---\n", "{{{{{{{{", "[[[[[[[[", "\"\"", ",,,,",
        }.Select(Encoding.UTF8.GetBytes), [0], [0xFF], [0xEF, 0xBB, 0xBF], [0xC3], [0x1F, 0x8B],
    ];

    public byte[] Mutate(List<byte[]> pool)
    {
        var bytes = new List<byte>(pool[random.Next(pool.Count)]);
        for (var steps = random.Next(1, 6); steps > 0; steps--) Step(bytes, pool);
        if (bytes.Count > MaxLength) bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        return [.. bytes];
    }

    private void Step(List<byte> bytes, List<byte[]> pool)
    {
        var at = random.Next(bytes.Count + 1);
        var length = random.Next(Math.Min(40, bytes.Count - at) + 1);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            case 2: bytes.RemoveRange(at, length); break;
            case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            case 5:
                var other = pool[random.Next(pool.Count)];
                var from = random.Next(other.Length + 1);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[from..]);
                break;
            case 6:
                var piece = Pieces[random.Next(Pieces.Length)];
                for (var i = random.Next(3) == 0 ? random.Next(200) : 1; i > 0; i--) bytes.InsertRange(at, piece);
                break;
            default: bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]); break;
        }
    }
}
