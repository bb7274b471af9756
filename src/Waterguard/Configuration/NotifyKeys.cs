using System.Collections.Immutable;
using Waterguard.Sources.Configuration;

namespace Waterguard.Configuration;

/// <summary>The keys of <c>notify:</c>, but for those that belong to one kind of channel.</summary>
internal static class NotifyKeys
{
    public static ImmutableArray<Setting> Notify { get; } = [new("public_url", SettingType.Text, "Where browsers find us, for links: https://waterguard.example.org.")];

    public static ImmutableArray<Setting> Channel { get; } =
    [
        new("name", SettingType.Text, "A name of your own: letters, digits, dot, dash, underscore.") { Required = true },
        new("kind", SettingType.Text, "What it is; see below.") { Required = true },
        new("rate", SettingType.Number, "Notifications that it may send within an hour. What is more waits, and is counted.") { Default = "60", Least = 1, Most = 100_000 },
    ];

    public static ImmutableArray<Setting> Route { get; } =
    [
        new("name", SettingType.Text, "A name of your own; without, its place in the list."),
        new("channels", SettingType.Texts, "Where it leads, by names of channels.") { Required = true },
        new("level", SettingType.Word, "Incidents of this level or above.") { Words = ["informational", "low", "medium", "high", "critical"], Default = "high" },
        new("strategy", SettingType.Texts, "Only incidents in which a detection of one of these strategies took part."),
        new("entity", SettingType.Texts, "Only incidents that name one of these: cluster:prod, node:n1."),
        new("status", SettingType.Texts, "States of the incident that are told: open, escalated, acknowledged, closed. Without: open and escalated."),
        new("group_wait", SettingType.Duration, "How long the first word of an incident waits for more alerts of it.") { Default = "30s", Most = 86_400 },
        new("group_interval", SettingType.Duration, "How long at least between two words of one incident that has changed.") { Default = "5m", Least = 1 },
        new("repeat_interval", SettingType.Duration, "After how long an incident that nobody has acknowledged is told again.") { Default = "4h", Least = 60 },
        new("repeat", SettingType.Boolean, "Whether it is told again at all.") { Default = "true" },
        new("escalate_to", SettingType.Texts, "Channels that are told when an incident is escalated (see escalation:)."),
        new("continue", SettingType.Boolean, "Whether the routes behind this one are looked at too.") { Default = "false" },
    ];

    public static ImmutableArray<Setting> Inhibition { get; } =
    [
        new("source_level", SettingType.Word, "While an incident of this level or above is open …") { Words = ["low", "medium", "high", "critical"], Default = "critical" },
        new("target_level", SettingType.Word, "… one of this level or below is not told …") { Words = ["informational", "low", "medium", "high"], Default = "medium" },
        new("equal", SettingType.Texts, "… where they share an entity of one of these kinds: cluster, node, identity, …") { Required = true },
    ];
}
