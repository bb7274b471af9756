using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Waterguard.Alerting;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Notify;
using Waterguard.Notify.Outbound;
using Waterguard.Sigma;
using Waterguard.Sources.Configuration;
using Waterguard.Storage;

namespace Waterguard.Configuration;

/// <summary>Reads <c>notify:</c> and <c>outbound:</c>.</summary>
internal static partial class NotifyReader
{
    private static readonly string[] s_statuses = ["open", "escalated", "acknowledged", "closed"];

    public static NotifyConfiguration Read(YamlMapping root, SettingValues outbound, DiagnosticBag bag)
    {
        var allow = outbound.Texts("allow");
        foreach (var entry in allow.Where(a => OutboundGuard.Network(a) is null && Uri.CheckHostName(a) == UriHostNameType.Unknown)) bag.Error(ConfigurationCodes.Unusable, outbound.LocationOf("allow"), $"'{entry}' is neither a host name, nor an address, nor a network such as 10.0.0.0/8.");
        if (root["notify"] is not { } node) return NotifyConfiguration.None with { Allow = allow };
        if (node is not YamlMapping notify)
        {
            bag.Error(ContentCodes.WrongShape, node.Location, "'notify' must be a mapping.");
            return NotifyConfiguration.None;
        }

        var values = SettingValues.Read(notify, notify.Location, NotifyKeys.Notify, ["channels", "routes", "inhibit"], bag);
        var channels = Each(notify, "channels", bag).Select(m => Channel(m, bag)).OfType<ChannelDefinition>().ToImmutableArray();
        foreach (var again in channels.GroupBy(c => c.Name, StringComparer.Ordinal).SelectMany(g => g.Skip(1))) bag.Error(ConfigurationCodes.DuplicateName, again.Location, $"Another channel is named '{again.Name}'.");
        var names = channels.Select(c => c.Name).ToArray();
        var routes = Each(notify, "routes", bag).Select((m, i) => Route(m, i + 1, names, bag)).ToImmutableArray();
        var inhibitions = Each(notify, "inhibit", bag).Select(m => Inhibition(m, bag)).ToImmutableArray();
        Uri? home = null;
        if (values.Text("public_url") is { } text && !(Uri.TryCreate(text, UriKind.Absolute, out home) && home.Scheme is "http" or "https")) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("public_url"), "'public_url' must be an http or https address.");
        return new NotifyConfiguration(channels, routes, inhibitions, allow, home);
    }

    private static IEnumerable<YamlMapping> Each(YamlMapping parent, string name, DiagnosticBag bag)
    {
        if (parent[name] is null) return [];
        if (parent[name] is not YamlSequence list)
        {
            bag.Error(ContentCodes.WrongShape, parent[name]!.Location, $"'{name}' must be a list.");
            return [];
        }

        foreach (var item in list.Items.Where(i => i is not YamlMapping)) bag.Error(ContentCodes.WrongShape, item.Location, $"Each of '{name}' is a mapping.");
        return list.Items.OfType<YamlMapping>();
    }

    private static ChannelDefinition? Channel(YamlMapping mapping, DiagnosticBag bag)
    {
        var kindName = (mapping["kind"] as YamlScalar)?.Text;
        var kind = kindName is null ? null : ChannelCatalog.Find(kindName);
        var known = ChannelCatalog.All.Select(k => k.Name).ToArray();
        if (kind is null && kindName is not null) bag.Error(ConfigurationCodes.Unusable, mapping["kind"]!.Location, $"There is no kind of channel '{kindName}'; there are {string.Join(", ", known)}.{NearWord.Suggestion(kindName, known)}");
        string[] others = kind is null ? [.. mapping.Entries.Select(e => e.Name)] : [];
        var values = SettingValues.Read(mapping, mapping.Location, [.. NotifyKeys.Channel, .. kind?.Settings ?? []], others, bag);
        if (values.Text("name") is not { } name) return null;
        if (!NamePattern().IsMatch(name)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("name"), $"'{name}' is no name: letters, digits, dot, dash and underscore, at most 64.");
        if (kind is null) return null;
        var definition = new ChannelDefinition(name, kind, values.Number("rate"), values, mapping.Location);
        // What cannot be used is said now, not when somebody should be told.
        if (bag.ErrorCount == 0) kind.Create(definition, new OutboundGuard([]), TimeProvider.System, bag)?.Dispose();
        return definition;
    }

    private static NotifyRoute Route(YamlMapping mapping, int number, string[] channels, DiagnosticBag bag)
    {
        var values = SettingValues.Read(mapping, mapping.Location, NotifyKeys.Route, [], bag);
        foreach (var key in new[] { "channels", "escalate_to" })
        {
            foreach (var name in values.Texts(key).Where(n => !channels.Contains(n, StringComparer.Ordinal))) bag.Error(ConfigurationCodes.Unusable, values.LocationOf(key), $"There is no channel '{name}'.{NearWord.Suggestion(name, channels)}");
        }

        foreach (var status in values.Texts("status").Where(s => !s_statuses.Contains(s, StringComparer.Ordinal))) bag.Error(ContentCodes.UnknownWord, values.LocationOf("status"), $"'status' is of {string.Join(", ", s_statuses)}, not '{status}'.{NearWord.Suggestion(status, s_statuses)}");
        var entities = ImmutableArray.CreateBuilder<StoredEntity>();
        foreach (var text in values.Texts("entity"))
        {
            var colon = text.IndexOf(':');
            if (colon > 0 && Alert.EntityKinds.Contains(text[..colon], StringComparer.Ordinal) && colon < text.Length - 1) entities.Add(new StoredEntity(text[..colon], text[(colon + 1)..]));
            else bag.Error(ConfigurationCodes.Unusable, values.LocationOf("entity"), $"'{text}' is not KIND:NAME with a kind of {string.Join(", ", Alert.EntityKinds)}.");
        }

        return new NotifyRoute(
            values.Text("name") ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"route {number}"), values.Texts("channels"), LevelOf(values.Text("level")), values.Texts("strategy"), entities.ToImmutable(),
            values.Texts("status") is { IsEmpty: false } statuses ? statuses : ["open", "escalated"], values.Duration("group_wait"), values.Duration("group_interval"), values.Boolean("repeat") ? values.Duration("repeat_interval") : TimeSpan.Zero, values.Texts("escalate_to"), values.Boolean("continue"));
    }

    private static Inhibition Inhibition(YamlMapping mapping, DiagnosticBag bag)
    {
        var values = SettingValues.Read(mapping, mapping.Location, NotifyKeys.Inhibition, [], bag);
        var (source, target) = (LevelOf(values.Text("source_level")), LevelOf(values.Text("target_level")));
        if (target >= source) bag.Error(ConfigurationCodes.Unusable, mapping.Location, "'target_level' must be below 'source_level'.");
        foreach (var kind in values.Texts("equal").Where(k => !Alert.EntityKinds.Contains(k, StringComparer.Ordinal))) bag.Error(ContentCodes.UnknownWord, values.LocationOf("equal"), $"There is no kind of entity '{kind}'; there are {string.Join(", ", Alert.EntityKinds)}.");
        return new Inhibition(source, target, values.Texts("equal"));
    }

    private static Level LevelOf(string? word) => Enum.Parse<Level>(word ?? "high", ignoreCase: true);

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
