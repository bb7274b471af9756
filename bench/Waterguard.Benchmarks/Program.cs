using Waterguard.Benchmarks;

// throughput --json [--public-rules DIR] [--size MB] [--rounds N] [--file FILE] [--source NAME] [--only NAME] | stages […]
if (args.Length == 0 || args[0] is not ("throughput" or "stages"))
{
    Console.Error.WriteLine("usage: throughput|stages [--json] [--public-rules DIR] [--size MB] [--rounds N] [--file FILE] [--source NAME] [--only NAME]");
    return 2;
}

string? Value(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
int Number(string name, int otherwise) => Value(name) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
var options = new ThroughputOptions(args.Contains("--json"), Value("--public-rules"), Number("--size", 200), Number("--rounds", 11), Value("--file"), Value("--source"), Value("--only"));
return args[0] == "throughput" ? Throughput.Run(options) : Stages.Run(options);
