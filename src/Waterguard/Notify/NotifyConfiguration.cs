using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Sigma;
using Waterguard.Sources.Configuration;
using Waterguard.Storage;

namespace Waterguard.Notify;

/// <summary>Who is told what, and when.</summary>
/// <param name="PublicUrl">Where people find us, for links; null: there are none.</param>
internal sealed record NotifyConfiguration(ImmutableArray<ChannelDefinition> Channels, ImmutableArray<NotifyRoute> Routes, ImmutableArray<Inhibition> Inhibitions, ImmutableArray<string> Allow, Uri? PublicUrl)
{
    /// <summary>Nobody is told anything.</summary>
    public static NotifyConfiguration None { get; } = new([], [], [], [], null);
}

/// <summary>One channel, as configured.</summary>
/// <param name="Rate">Notifications that it may send within an hour; what is more waits.</param>
internal sealed record ChannelDefinition(string Name, ChannelKind Kind, long Rate, SettingValues Settings, SourceLocation Location);

/// <summary>Which incidents go to which channels. The first that fits decides, unless it says to go on.</summary>
/// <param name="Statuses">Of the incident: open, escalated, acknowledged, closed.</param>
/// <param name="RepeatInterval">Zero: it is not told again.</param>
/// <param name="EscalateTo">Channels that are told besides when nobody acknowledges in the time of the level.</param>
internal sealed record NotifyRoute(
    string Name, ImmutableArray<string> Channels, Level Level, ImmutableArray<string> Strategies, ImmutableArray<StoredEntity> Entities, ImmutableArray<string> Statuses, TimeSpan GroupWait, TimeSpan GroupInterval, TimeSpan RepeatInterval,
    ImmutableArray<string> EscalateTo, bool Continue);

/// <summary>While an incident of the higher level is open, one of the lower level that shares an entity of such a kind with it is not told.</summary>
internal sealed record Inhibition(Level Source, Level Target, ImmutableArray<string> Equal);
