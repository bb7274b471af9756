using Waterguard.Pipeline;
using Waterguard.Validation;

namespace Waterguard.Tests.Validation;

/// <summary>All scenarios that ship, run once for all tests that ask.</summary>
internal sealed class ShippedValidation
{
    private static readonly Lazy<ShippedValidation> s_once = new(() => new ShippedValidation());

    private ShippedValidation()
    {
        var generation = GenerationLoader.Load(ContentOptions.Default with { Examples = false });
        Catalog = ScenarioCatalog.Load(generation, ContentOptions.Default with { Examples = false });
        Stage = new ScanStage(generation);
        Run = ValidationRun.Of(Catalog.Scenarios, Stage.Play, Environment.ProcessorCount, TimeProvider.System, CancellationToken.None);
    }

    public static ShippedValidation Once => s_once.Value;

    public ScenarioCatalog Catalog { get; }

    public ScanStage Stage { get; }

    public ValidationRun Run { get; }
}
