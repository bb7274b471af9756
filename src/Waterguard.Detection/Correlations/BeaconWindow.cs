namespace Waterguard.Detection.Correlations;

internal sealed class BeaconWindow(WindowSetting setting, GroupKey key, Thresholds thresholds) : KeyWindow(setting, key)
{
    private readonly Thresholds _t = thresholds;
    public override void Judge() { _ = _t; }
    public override void Finish() { }
    protected override void Take(Occurrence occurrence) { }
}
