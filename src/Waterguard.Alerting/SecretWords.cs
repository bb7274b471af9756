using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Waterguard.Alerting;

/// <summary>How secrets are called, and where texts show them.</summary>
/// <remarks>What may repeat is bounded, so that no text takes longer than its length allows.</remarks>
internal static partial class SecretWords
{
    private const string Words = "(passw(or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie)s?";
    private const string Assigned = "(passw(or)?d|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)s?";
    private const int MaxName = 200;
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>Places inside a text, in the order in which they are looked for.</summary>
    public static ImmutableArray<Regex> InText { get; } = [Scheme(), AddressPassword(), Assignment(), FlagAndValue()];

    /// <summary>Data of Secrets and ConfigMaps, whose keys are free.</summary>
    public static bool IsHolder(string key) => key is "data" or "stringData" or "binaryData";

    /// <summary>What the value beside a name is called.</summary>
    public static bool IsValue(string key) => key is "value" or "Value" or "stringValue" or "plainText" or "text";

    /// <summary>Whether a key says that its value is a secret: <c>dbPassword</c>, not <c>secretName</c>.</summary>
    public static bool Ends(string key) => AtEnd().IsMatch(key.Length > MaxName ? key[^MaxName..] : key);

    /// <summary>Whether the name of a variable speaks of a secret, wherever in it: <c>SECRET_KEY_BASE</c>.</summary>
    public static bool Contains(string name) => Somewhere().IsMatch(name.Length > MaxName ? name[..MaxName] : name);

    /// <summary><c>--token</c>: the next argument is the secret.</summary>
    [GeneratedRegex("^--?[a-z0-9_.-]{0,100}" + Words + "$", Options, 1000)]
    public static partial Regex Flag();

    /// <summary>A text that is one assignment: an environment variable, an argument. All behind the sign is the secret.</summary>
    [GeneratedRegex("^(?<name>[a-z0-9_.-]{0,100}" + Words + "[a-z0-9_.-]{0,100}=)(?<value>(?!sha256:).+)$", Options | RegexOptions.Singleline, 1000)]
    public static partial Regex NamedValue();

    /// <summary>Whether a text that cannot be read any better may hold a secret.</summary>
    [GeneratedRegex(Words + "|bearer|basic |\"(string|binary)?data\\\\*\"|://[^/\\s]*@", Options, 1000)]
    public static partial Regex Anywhere();

    [GeneratedRegex(Words + "$", Options, 1000)]
    private static partial Regex AtEnd();

    [GeneratedRegex(Words, Options, 1000)]
    private static partial Regex Somewhere();

    [GeneratedRegex(@"(?<name>\b(bearer|basic)\s+)(?<value>[A-Za-z0-9._~+/=-]{8,})", Options, 1000)]
    private static partial Regex Scheme();

    // https://user:password@host
    [GeneratedRegex("""(?<name>://[^/\s:@"']*:)(?<value>[^/\s@"']+)(?=@)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AddressPassword();

    // password=…, token: …, "password": "…" in a text that is no JSON as a whole
    [GeneratedRegex("(?<name>" + Assigned + """\\*["']?\s*[=:]\s*\\*["']?)(?<value>(?!sha256:)[^\s"'&,;\\]+)""", Options, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex("(?<name>--[a-z0-9_.-]{0,100}" + Assigned + """\s+["']?)(?<value>(?!sha256:)[^\s"'&,;-][^\s"'&,;]*)""", Options, 1000)]
    private static partial Regex FlagAndValue();
}
