namespace Waterguard.Sigma;

/// <summary>The codes of findings about Sigma documents. Stable: they are never given to another finding. See <c>docs/errors.md</c>.</summary>
public static class SigmaCodes
{
    // The document and its header.

    /// <summary>Neither <c>detection</c> nor <c>correlation</c> nor <c>filter</c>.</summary>
    public const string UnknownDocument = "WG1101";

    /// <summary>An id that another document has already.</summary>
    public const string DuplicateId = "WG1102";

    /// <summary>A name that another document has already.</summary>
    public const string DuplicateName = "WG1103";

    /// <summary>An id that is not a UUID.</summary>
    public const string IdNotUuid = "WG1104";

    /// <summary>A date that is not written as YYYY-MM-DD.</summary>
    public const string BadDate = "WG1105";

    /// <summary>A tag without a namespace.</summary>
    public const string BadTag = "WG1106";

    /// <summary>A text longer than Sigma allows.</summary>
    public const string TextTooLong = "WG1107";

    /// <summary>A log source that says nothing.</summary>
    public const string EmptyLogSource = "WG1108";

    /// <summary>An <c>action</c> that is not global, reset or repeat, or a repeat of nothing.</summary>
    public const string BadAction = "WG1109";

    /// <summary>An example that cannot be used.</summary>
    public const string BadExample = "WG1110";

    /// <summary>A technique that is not an ATT&amp;CK id.</summary>
    public const string BadTechnique = "WG1111";

    // Selections and values.

    /// <summary>A selection of a shape that Sigma does not know.</summary>
    public const string BadSelection = "WG1201";

    /// <summary>A selection, a list of values or a body with nothing in it.</summary>
    public const string Empty = "WG1202";

    /// <summary>A modifier that does not exist.</summary>
    public const string UnknownModifier = "WG1203";

    /// <summary>Modifiers that do not go together.</summary>
    public const string ModifierConflict = "WG1204";

    /// <summary>A value of a kind that its modifier cannot take.</summary>
    public const string ValueNotFitting = "WG1205";

    /// <summary>A field name that cannot be read: quotes, brackets or quantifier.</summary>
    public const string BadFieldName = "WG1206";

    /// <summary>Not an address range.</summary>
    public const string BadCidr = "WG1207";

    /// <summary>More values than a rule may expand to.</summary>
    public const string TooManyValues = "WG1208";

    /// <summary>An encoding applied to wildcards.</summary>
    public const string WildcardInEncoding = "WG1209";

    /// <summary>A placeholder that nobody gave values for.</summary>
    public const string UnresolvedPlaceholder = "WG1210";

    /// <summary><c>|expand</c> on a value without a placeholder.</summary>
    public const string NothingToExpand = "WG1211";

    /// <summary>A value that fits everything.</summary>
    public const string WildcardOnly = "WG1212";

    /// <summary><c>|all</c> on one value.</summary>
    public const string AllOnSingle = "WG1213";

    /// <summary>Null among other values.</summary>
    public const string NullInList = "WG1214";

    /// <summary><c>|base64offset</c> without <c>|contains</c>.</summary>
    public const string OffsetWithoutContains = "WG1215";

    /// <summary>An address range with bits beyond its prefix.</summary>
    public const string HostBitsInCidr = "WG1216";

    // Regular expressions.

    /// <summary>A regular expression that cannot be read.</summary>
    public const string RegexSyntax = "WG1301";

    /// <summary>A look-ahead.</summary>
    public const string RegexLookahead = "WG1302";

    /// <summary>A look-behind.</summary>
    public const string RegexLookbehind = "WG1303";

    /// <summary>A back-reference.</summary>
    public const string RegexBackreference = "WG1304";

    /// <summary>An atomic group.</summary>
    public const string RegexAtomicGroup = "WG1305";

    /// <summary>A possessive quantifier.</summary>
    public const string RegexPossessive = "WG1306";

    /// <summary>A conditional group.</summary>
    public const string RegexConditional = "WG1307";

    /// <summary>Recursion, a subroutine call or a balancing group.</summary>
    public const string RegexRecursion = "WG1308";

    /// <summary>A POSIX class such as <c>[:alpha:]</c>, which would silently mean something else here.</summary>
    public const string RegexPosixClass = "WG1309";

    /// <summary>A regular expression that is too large to run in linear time at a bounded cost.</summary>
    public const string RegexTooLarge = "WG1310";

    // Conditions.

    /// <summary>A condition that cannot be read.</summary>
    public const string ConditionSyntax = "WG1401";

    /// <summary>A name in a condition that no selection has.</summary>
    public const string UnknownSelection = "WG1402";

    /// <summary>An aggregation after a pipe or <c>near</c>: replaced by correlations.</summary>
    public const string DeprecatedAggregation = "WG1403";

    /// <summary>A condition nested too deep.</summary>
    public const string ConditionTooDeep = "WG1404";

    /// <summary>A selection that no condition reads.</summary>
    public const string UnusedSelection = "WG1405";

    /// <summary>More selections asked for than there are.</summary>
    public const string CountTooLarge = "WG1406";

    /// <summary>A <c>timeframe</c>, which nothing reads any more.</summary>
    public const string DeprecatedTimeframe = "WG1407";

    // Whether a rule can fire at all.

    /// <summary>A log source that no known source answers to.</summary>
    public const string NoSource = "WG1408";

    /// <summary>A rule that can never fire on a source that it is evaluated on.</summary>
    public const string NeverFires = "WG1409";

    /// <summary>A rule that fires on a source only where that logs in more detail.</summary>
    public const string NeedsLevel = "WG1410";

    /// <summary>A rule that fires on a source only by the mapping of names or values of another dialect.</summary>
    public const string ByDialect = "WG1411";

    /// <summary>A rule without an example that must match, or without one that must not.</summary>
    public const string NoExample = "WG1412";

    /// <summary>An example that did not do what it says.</summary>
    public const string ExampleFailed = "WG1413";

    // Correlations.

    /// <summary>A correlation that refers to a rule that is not there, or has errors.</summary>
    public const string UnknownRule = "WG1501";

    /// <summary>Correlations that refer to each other in a circle.</summary>
    public const string ReferenceCycle = "WG1502";

    /// <summary>A correlation without the rules that it needs.</summary>
    public const string BadRuleList = "WG1503";

    /// <summary>A correlation condition that cannot be read, or does not go with the type.</summary>
    public const string BadCorrelationCondition = "WG1504";

    /// <summary>A key that the correlation's type needs is missing.</summary>
    public const string MissingForType = "WG1505";

    /// <summary>A key that the correlation's type does not read.</summary>
    public const string NotForType = "WG1506";

    /// <summary>An alias that cannot be read or names a rule that the correlation does not consume.</summary>
    public const string BadAlias = "WG1507";

    /// <summary>A percentile outside 0 to 100, or left out and taken as 50.</summary>
    public const string BadPercentile = "WG1508";

    // Filters.

    /// <summary>A filter without rules.</summary>
    public const string FilterWithoutRules = "WG1601";

    /// <summary>A filter for a rule that is not there.</summary>
    public const string FilterTargetMissing = "WG1602";

    /// <summary>A filter whose log source does not fit the rule that it names.</summary>
    public const string FilterLogSourceMismatch = "WG1603";
}
