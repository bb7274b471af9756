using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>Turns the state of keys into bytes and back. One a shard; not thread-safe.</summary>
internal sealed class StateCoding(StateWords words)
{
    private readonly StateWriter _writer = new(words);

    public byte[] Write(KeyWindow window)
    {
        _writer.Clear();
        _writer.Count(window.Key.Values.Length);
        foreach (var value in window.Key.Values) _writer.Text(value);
        window.Write(_writer);
        return _writer.Written.ToArray();
    }

    /// <summary>Whose state it is.</summary>
    /// <exception cref="InvalidDataException">The state is damaged.</exception>
    public GroupKey KeyOf(CorrelationPlan plan, byte[] state) => KeyOf(plan, new StateReader(state, words));

    /// <exception cref="InvalidDataException">The state is damaged.</exception>
    public KeyWindow Read(CorrelationPlan plan, WindowSetting setting, byte[] state)
    {
        var reader = new StateReader(state, words);
        var window = plan.Window(setting, KeyOf(plan, reader));
        window.Read(reader);
        return reader.AtEnd ? window : throw StateReader.Damaged();
    }

    private static GroupKey KeyOf(CorrelationPlan plan, StateReader reader)
    {
        var values = reader.Texts();
        return values.Length == plan.Correlation.GroupBy.Length ? plan.Keys.Of([.. values]) : throw StateReader.Damaged();
    }
}
