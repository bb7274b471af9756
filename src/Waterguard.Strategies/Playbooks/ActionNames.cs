using System.Collections.Immutable;

namespace Waterguard.Strategies.Playbooks;

/// <summary>The actions that responders have, each with the least risk that it carries. The one list of their names.</summary>
public static class ActionNames
{
    /// <summary>Name, least risk, and what it does.</summary>
    public static ImmutableArray<(string Name, StepRisk Least, string Says)> All { get; } =
    [
        ("assess", StepRisk.Read, "Says benign, unknown or suspicious, with the windows, owners, pipelines, tests and near-miss suppressions that speak for it."),
        ("azure.deny-traffic", StepRisk.High, "Writes a rule of a network security group that denies traffic."),
        ("docker.disconnect", StepRisk.High, "Takes a container off its networks."),
        ("docker.evidence", StepRisk.Read, "Inspect, differences, processes, logs and file system of a container, as a hashed bundle."),
        ("docker.label", StepRisk.Low, "Marks a container as quarantined: its Swarm service by a label, any other by its name."),
        ("docker.pause", StepRisk.High, "Stops the processes of a container where they stand; its memory stays."),
        ("docker.stop", StepRisk.High, "Stops a container."),
        ("escalate", StepRisk.Low, "Hands the incident to the incident response team, with everything found so far."),
        ("gcp.deny-traffic", StepRisk.High, "Writes a firewall rule that denies traffic."),
        ("investigate", StepRisk.Read, "One timeline of every entity from an hour before to an hour after, the gaps, and the same question for the stores of the clouds."),
        ("kubernetes.cordon", StepRisk.High, "Keeps new pods off a node."),
        ("kubernetes.delete-pod", StepRisk.High, "Deletes a pod."),
        ("kubernetes.deny-all", StepRisk.High, "Labels a pod and denies its traffic by a network policy; another way for pods on the network of their host."),
        ("kubernetes.evidence", StepRisk.Read, "Manifests and logs of a workload, as a hashed bundle."),
        ("kubernetes.revoke-tokens", StepRisk.High, "Makes the tokens of a service account invalid."),
        ("kubernetes.scale-to-zero", StepRisk.High, "Scales a workload to zero."),
        ("notify.email", StepRisk.Low, "Sends a mail."),
        ("notify.syslog", StepRisk.Low, "Sends a syslog message in CEF."),
        ("notify.webhook", StepRisk.Low, "Calls a webhook: Slack's form, or any with HMAC."),
        ("posture.apply", StepRisk.High, "Applies a proposal after a dry run of the server."),
        ("posture.propose", StepRisk.Read, "Proposes the admission policy, network policy, suppression or rule that would have prevented or sharpened the incident, tried on its own events."),
    ];

    /// <summary>The least risk of an action; null where there is no such action.</summary>
    public static StepRisk? LeastRisk(string name)
    {
        foreach (var action in All)
        {
            if (action.Name == name) return action.Least;
        }

        return null;
    }
}
