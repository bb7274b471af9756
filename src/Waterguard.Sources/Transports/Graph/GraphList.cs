using System.Collections.Immutable;

namespace Waterguard.Sources.Transports.Graph;

/// <summary>One list of Microsoft Graph that grows.</summary>
/// <param name="Time">The property that is filtered by.</param>
/// <param name="Permission">What the application needs.</param>
/// <param name="Licence">What the tenant needs; null: nothing.</param>
internal sealed record GraphList(string Name, string Path, string Time, string? Source, string Permission, string? Licence)
{
    private const string SignIns = "beta/auditLogs/signIns";

    /// <summary>A further condition.</summary>
    public string? Only { get; init; }

    /// <summary>The records are in a list of each item, and have no time to ask by; the whole is asked for, each hour.</summary>
    public string? Inside { get; init; }

    public static ImmutableArray<GraphList> All { get; } =
    [
        new("signIns", "v1.0/auditLogs/signIns", "createdDateTime", "azure.signinlogs", "AuditLog.Read.All", "Entra ID P1"),
        new("directoryAudits", "v1.0/auditLogs/directoryAudits", "activityDateTime", "azure.auditlogs", "AuditLog.Read.All", null),
        // The other kinds are told in the beta version only, each by itself.
        new("nonInteractiveSignIns", SignIns, "createdDateTime", "azure.signinlogs", "AuditLog.Read.All", "Entra ID P1") { Only = "signInEventTypes/any(t: t eq 'nonInteractiveUser')" },
        new("servicePrincipalSignIns", SignIns, "createdDateTime", "azure.signinlogs", "AuditLog.Read.All", "Entra ID P1") { Only = "signInEventTypes/any(t: t eq 'servicePrincipal')" },
        new("managedIdentitySignIns", SignIns, "createdDateTime", "azure.signinlogs", "AuditLog.Read.All", "Entra ID P1") { Only = "signInEventTypes/any(t: t eq 'managedIdentity')" },
        new("riskDetections", "v1.0/identityProtection/riskDetections", "detectedDateTime", "azure.riskdetection", "IdentityRiskEvent.Read.All", "Entra ID P2"),
        new("servicePrincipalRiskDetections", "v1.0/identityProtection/servicePrincipalRiskDetections", "detectedDateTime", "azure.riskdetection", "IdentityRiskEvent.Read.All", "Microsoft Entra Workload ID Premium"),
        new("pimAlerts", "beta/identityGovernance/roleManagementAlerts/alerts", "", "azure.pim", "RoleManagementAlert.Read.Directory", "Entra ID P2 (or Entra ID Governance)")
        {
            Only = "scopeId eq '/' and scopeType eq 'DirectoryRole'", Inside = "alertIncidents",
        },
        new("alerts", "v1.0/security/alerts_v2", "createdDateTime", "m365.defender", "SecurityAlert.Read.All", null),
    ];
}
