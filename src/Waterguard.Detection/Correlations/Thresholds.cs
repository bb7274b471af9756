using System.Collections.Immutable;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>The numbers that a measured one is compared with. Immutable.</summary>
internal sealed class Thresholds(ImmutableArray<NumericCondition> conditions)
{
    /// <summary>Whether more events can make the condition false again: then nothing is known before the window is over.</summary>
    public bool HaveUpperBound { get; } = conditions.Any(c => c.Negated || c.Comparison is not (Comparison.Greater or Comparison.GreaterOrEqual));

    /// <summary>Whether less is worse: then the least number of an excursion is the one to tell.</summary>
    public bool LessIsWorse { get; } =
        conditions.Any(c => c.Comparison is Comparison.Less or Comparison.LessOrEqual) && !conditions.Any(c => c.Comparison is Comparison.Greater or Comparison.GreaterOrEqual);

    public bool IsEmpty => conditions.IsDefaultOrEmpty;

    public bool Hold(double number)
    {
        foreach (var (comparison, wanted, negated) in conditions)
        {
            var holds = comparison switch
            {
                Comparison.Equal => number.Equals(wanted),
                Comparison.Greater => number > wanted,
                Comparison.GreaterOrEqual => number >= wanted,
                Comparison.Less => number < wanted,
                _ => number <= wanted,
            };
            if (holds == negated) return false;
        }

        return true;
    }

    public double Worse(double left, double right) => LessIsWorse ? Math.Min(left, right) : Math.Max(left, right);
}
