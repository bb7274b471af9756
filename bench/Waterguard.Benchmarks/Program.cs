using Waterguard.Benchmarks;

// throughput --json [--public-rules DIR] [--size MB] [--rounds N] [--file FILE] [--source NAME] [--only NAME] | stages […] | correlations [--keys N] [--seconds N] [--window FACTOR] [--only TYPE]
if (args.Length == 0 || args[0] is not ("throughput" or "stages" or "correlations"))
{
    Console.Error.WriteLine("usage: throughput|stages [--json] [--public-rules DIR] [--size MB] [--rounds N] [--file FILE] [--source NAME] [--only NAME] | correlations [--keys N] [--seconds N] [--window FACTOR] [--only TYPE]");
    return 2;
}

string? Value(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
int Number(string name, int otherwise) => Value(name) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
if (args[0] == "correlations") return Correlating.Run(Number("--keys", 200_000), Number("--seconds", 5), Value("--only"), Number("--window", 1));
var options = new ThroughputOptions(args.Contains("--json"), Value("--public-rules"), Number("--size", 200), Number("--rounds", 11), Value("--file"), Value("--source"), Value("--only"));
return args[0] == "throughput" ? Throughput.Run(options) : Stages.Run(options);
