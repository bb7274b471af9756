using System.Diagnostics;
using Xunit;

namespace Waterguard.Tests;

/// <summary>Waits for conditions, with a deadline.</summary>
internal static class Until
{
    public static Task True(Func<bool> condition, string what, int seconds = 60) => True(() => Task.FromResult(condition()), what, seconds);

    /// <param name="everyMilliseconds">How often it is looked: what limits rates must not be asked a hundred times a second.</param>
    public static async Task True(Func<Task<bool>> condition, string what, int seconds = 60, int everyMilliseconds = 10)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"within {seconds} s it did not come about that {what}");
            await Task.Delay(everyMilliseconds);
        }
    }
}
