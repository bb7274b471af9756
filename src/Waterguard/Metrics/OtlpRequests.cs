using System.Collections.Concurrent;
using Waterguard.Service;

namespace Waterguard.Metrics;

/// <summary>Counts the requests to a collector, and says when it begins and ceases to refuse them. Thread-safe.</summary>
internal sealed class OtlpRequests(ServiceLog log)
{
    private readonly ConcurrentDictionary<(string Signal, string State), long> _counts = new();
    private readonly ConcurrentDictionary<string, string> _troubles = new(StringComparer.Ordinal);

    /// <summary>By signal and by what became of it: sent or failed.</summary>
    public IEnumerable<(string Signal, string State, long Count)> Counts => _counts.OrderBy(c => c.Key).Select(c => (c.Key.Signal, c.Key.State, c.Value));

    /// <summary>A handler that counts what goes through it.</summary>
    public HttpMessageHandler Counting(string signal, HttpMessageHandler inner) => new Counter(this, signal, inner);

    private void Note(string signal, string? trouble)
    {
        _counts.AddOrUpdate((signal, trouble is null ? "sent" : "failed"), 1, (_, n) => n + 1);
        if (trouble is null)
        {
            if (_troubles.TryRemove(signal, out _)) log.Info("the collector takes telemetry again", ("signal", signal));
        }
        else if (_troubles.TryAdd(signal, trouble))
        {
            log.Warn("the collector does not take telemetry", ("signal", signal), ("reason", trouble));
        }
    }

    private sealed class Counter(OtlpRequests counts, string signal, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return Seen(base.Send(request, cancellationToken));
            }
            catch (Exception e)
            {
                counts.Note(signal, e.Message);
                throw;
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return Seen(await base.SendAsync(request, cancellationToken));
            }
            catch (Exception e)
            {
                counts.Note(signal, e.Message);
                throw;
            }
        }

        private HttpResponseMessage Seen(HttpResponseMessage answer)
        {
            counts.Note(signal, answer.IsSuccessStatusCode ? null : $"it answers {(int)answer.StatusCode}");
            return answer;
        }
    }
}
