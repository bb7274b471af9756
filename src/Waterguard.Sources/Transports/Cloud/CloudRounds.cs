namespace Waterguard.Sources.Transports.Cloud;

/// <summary>Asks a cloud again and again. What fails there is told once, with what to do about it, and asked again after a while; that it works again is told too.</summary>
internal static class CloudRounds
{
    /// <param name="what">Begins what is told of one of several streams; empty for a whole transport.</param>
    /// <param name="round">One round, with the waiting behind it; it calls what it is given once the cloud has answered.</param>
    /// <param name="advice">What went wrong, in words that an administrator can act on.</param>
    public static async Task RunAsync(
        string name, string what, TransportSurroundings surroundings, TransportProgress progress, Backoff backoff, Func<Action, Task> round, Func<Exception, string> advice, CancellationToken stop)
    {
        string? told = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await round(Worked);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (CloudCalls.IsTheirs(e))
            {
                var words = what + advice(e);
                progress.Failed(words);
                if (told != words) surroundings.Say(name, words + "; trying again");
                told = words;
                if (!await backoff.WaitAsync(stop)) return;
            }
        }

        void Worked()
        {
            if (told is not null) surroundings.Say(name, what + "it works again");
            told = null;
        }
    }
}
