namespace Waterguard.Events;

/// <summary>What kind of log a rule is written for, or a source delivers, in Sigma's three words. Null means "not said".</summary>
/// <param name="Category">Such as <c>process_creation</c> or <c>container</c>.</param>
/// <param name="Product">Such as <c>kubernetes</c>.</param>
/// <param name="Service">Such as <c>audit</c>.</param>
public readonly record struct LogSource(string? Category, string? Product, string? Service)
{
    /// <summary>Whether a rule for this log source must be evaluated on a source that calls itself <paramref name="offered"/>:
    /// everything that the rule says, the source says too.</summary>
    public bool Fits(LogSource offered) =>
        Says(Category, offered.Category) && Says(Product, offered.Product) && Says(Service, offered.Service);

    /// <inheritdoc/>
    public override string ToString() => $"{Product ?? "*"}/{Category ?? "*"}/{Service ?? "*"}";

    private static bool Says(string? wanted, string? offered) =>
        wanted is null || string.Equals(wanted, offered, StringComparison.OrdinalIgnoreCase);
}
