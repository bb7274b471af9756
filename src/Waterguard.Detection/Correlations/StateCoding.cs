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

    /// <exception cref="InvalidDataException">The state is damaged.</exception>
    public KeyWindow Read(CorrelationPlan plan, WindowSetting setting, byte[] state)
    {
        var reader = new StateReader(state, words);
        var values = reader.Texts();
        if (values.Length != plan.Correlation.GroupBy.Length) throw StateReader.Damaged();
        var window = plan.Window(setting, new GroupKey(plan.Correlation.GroupBy, [.. values]));
        window.Read(reader);
        return reader.AtEnd ? window : throw StateReader.Damaged();
    }
}
