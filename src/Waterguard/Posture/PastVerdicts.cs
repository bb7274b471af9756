using System.Text.Json;
using Waterguard.Api.Live;
using Waterguard.Responding;
using Waterguard.Storage;

namespace Waterguard.Posture;

/// <summary>What people have said of incidents in which a rule has alerts.</summary>
/// <param name="IsWhole">False: there were more incidents than are looked at.</param>
internal sealed record PastVerdicts(int Benign, int Malicious, int Undetermined, bool IsWhole)
{
    private const int MostIncidents = 2000;
    private const int MostAlerts = 1000;

    /// <summary>Looks at the incidents that people have worked on.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    public static PastVerdicts Of(IDocuments documents, IIncidents incidents, string rule)
    {
        var (benign, malicious, undetermined) = (0, 0, 0);
        var worked = documents.List(IncidentRecord.Kind, null, MostIncidents + 1);
        foreach (var one in worked.Take(MostIncidents))
        {
            using var json = JsonDocument.Parse(one.Json);
            if (!json.RootElement.TryGetProperty("verdict", out var verdict) || verdict.ValueKind != JsonValueKind.Object) continue;
            if (!incidents.AlertsOf(one.Id, MostAlerts).Any(a => a.Rule == rule)) continue;
            switch (verdict.GetProperty("is").GetString())
            {
                case "benign": benign++; break;
                case "malicious": malicious++; break;
                default: undetermined++; break;
            }
        }

        return new PastVerdicts(benign, malicious, undetermined, worked.Count <= MostIncidents);
    }
}
