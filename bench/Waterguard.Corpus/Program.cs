using System.Diagnostics;
using System.Globalization;
using Waterguard.Corpus;

const string Usage = """
    Makes Kubernetes audit logs for benchmarks and for samples/. The same arguments give the same bytes.
      --size 200MB   how much (KB, MB, GB; default 200MB)
      --seed N       default 7
      --out FILE     default: standard output
      --sample       the sample instead: about 400 records with an intruder in the middle
    """;

var size = 200_000_000L;
var seed = 7;
string? file = null;
var sample = false;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--sample": sample = true; break;
        case "--size" when i + 1 < args.Length && TrySize(args[i + 1], out size): i++; break;
        case "--seed" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out seed): i++; break;
        case "--out" when i + 1 < args.Length: file = args[++i]; break;
        default:
            Console.Error.WriteLine(Usage);
            return args[i] is "--help" or "-h" ? 0 : 2;
    }
}

var clock = Stopwatch.StartNew();
using var stream = file is null ? Console.OpenStandardOutput() : new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1);
var records = sample ? CorpusGenerator.WriteSample(stream, 400, seed) : CorpusGenerator.Write(stream, size, seed);
Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records} records in {clock.Elapsed.TotalSeconds:F1} s"));
return 0;

static bool TrySize(string text, out long bytes)
{
    var unit = text.AsSpan().TrimStart("0123456789.");
    long factor = unit switch { "" or "B" => 1, "KB" => 1_000, "MB" => 1_000_000, "GB" => 1_000_000_000, _ => 0 };
    var read = decimal.TryParse(text.AsSpan(0, text.Length - unit.Length), CultureInfo.InvariantCulture, out var number);
    bytes = read && factor > 0 ? (long)(number * factor) : 0;
    return bytes > 0;
}
