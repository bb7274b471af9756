using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Posture.Admission;

/// <summary>Policies of admission that would have denied requests of an incident, each tried on them and on all other requests at hand.</summary>
internal static class AdmissionProposals
{
    /// <param name="incident">Events of the incident.</param>
    /// <param name="others">Other events at hand; those of the incident among them do not count.</param>
    public static IEnumerable<Proposal> Of(IReadOnlyList<SeenEvent> incident, IReadOnlyList<SeenEvent> others)
    {
        var made = AdmissionRequest.All(incident);
        var ids = made.Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
        AdmissionRequest[] rest = [.. AdmissionRequest.All(others).Where(o => o.WasDone && !ids.Contains(o.Id) && !made.Any(o.Follows))];
        foreach (var template in AdmissionTemplates.For(made, rest))
        {
            var name = $"waterguard-{template.Name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', template.Namespaces) + "\n" + template.Expression)))[..8]}";
            var document = template.Write(name);
            // The text is read again: what is judged is what is proposed.
            var policy = AdmissionPolicy.Read(document);
            AdmissionRequest[] denied = [.. made.Where(r => policy.Judge(r) == AdmissionVerdict.Denied)];
            if (denied.Length > 0) yield return new Proposal(name, ProposalKind.AdmissionPolicy, $"{template.Title} (in {SeenEvent.Printable(string.Join(", ", template.Namespaces))})", [.. denied.Take(ProposalCheck.MostNamed).Select(d => d.Says)], document, null, Check(policy, made, denied, rest));
        }
    }

    private static ProposalCheck Check(AdmissionPolicy policy, IReadOnlyList<AdmissionRequest> made, AdmissionRequest[] denied, AdmissionRequest[] rest)
    {
        var verdicts = rest.Select(r => (Request: r, Verdict: policy.Judge(r))).ToArray();
        AdmissionRequest[] hit = [.. verdicts.Where(v => v.Verdict == AdmissionVerdict.Denied).Select(v => v.Request)];
        var unclear = verdicts.Count(v => v.Verdict == AdmissionVerdict.Unclear);
        var how = string.Create(CultureInfo.InvariantCulture, $"its own text was evaluated on the requests of the incident ({denied.Length} of {made.Count} denied) and on {rest.Length} other requests at hand ({hit.Length} denied{(unclear > 0 ? $", {unclear} of which too little is known" : "")})");
        return new ProposalCheck(true, how, denied.Length, made.Count, hit.Length, rest.Length, [.. hit.Take(ProposalCheck.MostNamed).Select(h => h.Says)]) { OthersUnclear = unclear };
    }
}
