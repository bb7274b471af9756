using Spectre.Console;
using Waterguard.Pipeline;

namespace Waterguard.Output;

/// <summary>A progress bar on standard error, when that is a terminal. Thread-safe.</summary>
internal sealed class ScanProgress : IProgress<long>, IDisposable
{
    private readonly ManualResetEventSlim _done = new();
    private readonly Task? _drawing;
    private long _bytes;

    private ScanProgress(long total)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected || total < 8 << 20) return;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        _drawing = Task.Run(() => console.Progress().AutoClear(true).Start(context =>
        {
            var task = context.AddTask("scanning", maxValue: total);
            while (!_done.Wait(100)) task.Value = Interlocked.Read(ref _bytes);
        }));
    }

    public static ScanProgress Start(IReadOnlyList<ScanInput> inputs) => new(inputs.Sum(i => i.Length));

    public void Report(long value) => Interlocked.Add(ref _bytes, value);

    public void Dispose()
    {
        _done.Set();
        _drawing?.Wait();
        _done.Dispose();
    }
}
