using System.Collections.Immutable;
using Waterguard.Posture.Cel;

namespace Waterguard.Posture.Admission;

/// <summary>What a policy says of a request.</summary>
internal enum AdmissionVerdict
{
    /// <summary>It is not meant.</summary>
    NotMeant,

    /// <summary>It passes.</summary>
    Allowed,

    /// <summary>It is denied.</summary>
    Denied,

    /// <summary>An expression came to nothing, most often as the event does not tell the whole object. A server denies what it cannot judge.</summary>
    Unclear,
}

/// <summary>A ValidatingAdmissionPolicy and its binding, read from their text, so that what is judged is what is proposed. Immutable.</summary>
internal sealed class AdmissionPolicy
{
    private readonly IReadOnlyList<object> _rules;
    private readonly ImmutableArray<CelNode> _conditions;
    private readonly ImmutableArray<(string Name, CelNode Expression)> _variables;
    private readonly ImmutableArray<CelNode> _validations;
    private readonly bool _denies;

    private AdmissionPolicy(object policy, object binding)
    {
        Name = Plain.TextAt(policy, "metadata", "name");
        _rules = Plain.ListAt(policy, "spec", "matchConstraints", "resourceRules");
        _conditions = [.. Plain.ListAt(policy, "spec", "matchConditions").Select(c => CelParser.Parse(Plain.TextAt(c, "expression")))];
        _variables = [.. Plain.ListAt(policy, "spec", "variables").Select(v => (Plain.TextAt(v, "name"), CelParser.Parse(Plain.TextAt(v, "expression"))))];
        _validations = [.. Plain.ListAt(policy, "spec", "validations").Select(v => CelParser.Parse(Plain.TextAt(v, "expression")))];
        _denies = Plain.TextAt(binding, "spec", "policyName") == Name && Plain.TextsAt(binding, "spec", "validationActions").Contains("Deny", StringComparer.Ordinal);
    }

    public string Name { get; }

    /// <summary>Reads the two documents.</summary>
    /// <exception cref="FormatException">They are not a policy and its binding, or an expression is not known here.</exception>
    public static AdmissionPolicy Read(string yaml) =>
        PolicyYaml.Read(yaml) is [var policy, var binding] && Plain.TextAt(policy, "kind") == "ValidatingAdmissionPolicy" && Plain.TextAt(binding, "kind") == "ValidatingAdmissionPolicyBinding"
            ? new AdmissionPolicy(policy, binding)
            : throw new FormatException("this is not a policy and its binding");

    /// <summary>What it says of a request.</summary>
    public AdmissionVerdict Judge(AdmissionRequest request)
    {
        if (!_denies || !_rules.Any(r => Fits(r, request))) return AdmissionVerdict.NotMeant;
        var given = ImmutableDictionary<string, Func<object>>.Empty.WithComparers(StringComparer.Ordinal).Add("request", () => request.Request);
        if (request.Object is { } kept) given = given.Add("object", () => kept);
        var conditions = _conditions.Select(c => CelEvaluation.Of(c, given)).ToArray();
        if (conditions.Contains(false)) return AdmissionVerdict.NotMeant;
        if (!conditions.All(c => c is true)) return AdmissionVerdict.Unclear;
        var outer = given;
        var inner = outer.Add("variables", () => new Variables(_variables, outer));
        var found = _validations.Select(v => CelEvaluation.Of(v, inner)).ToArray();
        return found.Contains(false) ? AdmissionVerdict.Denied : found.All(f => f is true) ? (request.IsPart ? AdmissionVerdict.Unclear : AdmissionVerdict.Allowed) : AdmissionVerdict.Unclear;
    }

    private static bool Fits(object rule, AdmissionRequest request) =>
        Plain.TextsAt(rule, "apiGroups").Contains(request.Group, StringComparer.Ordinal) && Plain.TextsAt(rule, "operations").Contains(request.Operation, StringComparer.Ordinal) && Plain.TextsAt(rule, "resources").Contains(request.Resource, StringComparer.Ordinal);

    // A variable is worked out when it is read, and sees those before it.
    private sealed class Variables(ImmutableArray<(string Name, CelNode Expression)> all, ImmutableDictionary<string, Func<object>> given) : IReadOnlyDictionary<string, object>
    {
        public int Count => all.Length;

        public IEnumerable<string> Keys => all.Select(a => a.Name);

        public IEnumerable<object> Values => Keys.Select(k => this[k]);

        public object this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);

        public bool ContainsKey(string key) => all.Any(a => a.Name == key);

        public bool TryGetValue(string key, out object value)
        {
            for (var i = 0; i < all.Length; i++)
            {
                if (all[i].Name != key) continue;
                var before = new Variables(all[..i], given);
                value = CelEvaluation.Of(all[i].Expression, given.Add("variables", () => before));
                return true;
            }

            value = new CelError($"no such key: {key}");
            return false;
        }

        public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => Keys.Select(k => KeyValuePair.Create(k, this[k])).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
