using Waterguard.Alerting;
using Waterguard.Pipeline;

namespace Waterguard.Triage;

/// <summary>Triage of alerts that go on coming: marks what is known to be benign, and gives a suppressed alert again when something speaks against it, whichever of the two came first. Not
/// thread-safe.</summary>
internal sealed class LiveTriage(Generation generation)
{
    /// <summary>Suppressed alerts, and signals, that are remembered for an hour of event time; beyond, the oldest go.</summary>
    public const int MostRemembered = 4096;

    private readonly SuppressionJudge _judge = new(generation);
    private readonly LinkedList<Alert> _suppressed = [];
    private readonly LinkedList<Alert> _signals = [];

    /// <summary>How many alerts each suppression has covered.</summary>
    public IReadOnlyDictionary<string, long> Receipts => _judge.Receipts;

    /// <summary>Alerts that were forgotten before their hour was over.</summary>
    public long Forgotten { get; private set; }

    /// <summary>The alerts, marked; and those that came before and are lifted now.</summary>
    public IReadOnlyList<Alert> Judge(IReadOnlyList<Alert> alerts)
    {
        if (generation.Suppressions.IsEmpty) return alerts;
        var judged = alerts.Select(_judge.Judge).ToArray();
        foreach (var signal in judged.Where(Lifting.IsSignal)) Remember(_signals, signal);
        for (var i = 0; i < judged.Length; i++)
        {
            if (judged[i].IsRetracted) Forget(judged[i].Id);
            if (judged[i].SuppressedBy is null) continue;
            judged[i] = Lifting.Lifted(judged[i], Tied(_signals, judged[i]));
            if (judged[i].SuppressedBy is not null && !judged[i].IsRetracted) Remember(_suppressed, judged[i]);
        }

        return [.. judged, .. Lift()];
    }

    private List<Alert> Lift()
    {
        var lifted = new List<Alert>();
        for (var node = _suppressed.First; node is not null;)
        {
            var next = node.Next;
            if (Lifting.Lifted(node.Value, Tied(_signals, node.Value)) is { SuppressedBy: null } one)
            {
                lifted.Add(one);
                _suppressed.Remove(node);
            }

            node = next;
        }

        return lifted;
    }

    private static IEnumerable<Alert> Tied(LinkedList<Alert> signals, Alert to)
    {
        var entities = Lifting.Entities(to).ToHashSet();
        return signals.Where(s => Lifting.Entities(s).Any(entities.Contains));
    }

    // What was taken back is not given again.
    private void Forget(string id)
    {
        if (_suppressed.FirstOrDefault(s => s.Id == id) is { } taken) _suppressed.Remove(taken);
    }

    private void Remember(LinkedList<Alert> list, Alert alert)
    {
        list.AddLast(alert);
        while (list.First is { } oldest && (alert.Time - oldest.Value.Time > Lifting.Near + Lifting.Near || list.Count > MostRemembered))
        {
            if (list.Count > MostRemembered) Forgotten++;
            list.RemoveFirst();
        }
    }
}
