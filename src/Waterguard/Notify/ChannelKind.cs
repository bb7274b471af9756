using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waterguard.Content;
using Waterguard.Notify.Channels;
using Waterguard.Notify.Outbound;
using Waterguard.Sources.Configuration;

namespace Waterguard.Notify;

/// <summary>A kind of channel, as the configuration names it.</summary>
/// <param name="Settings">Its keys, beside those that every channel has.</param>
/// <param name="Create">Makes one; null when the settings do not go together, which is then in the bag. Connects nowhere yet.</param>
internal sealed record ChannelKind(string Name, string Says, ImmutableArray<Setting> Settings, Func<ChannelDefinition, OutboundGuard, TimeProvider, DiagnosticBag, IChannel?> Create);

/// <summary>The kinds of channels, in alphabetical order.</summary>
internal static class ChannelCatalog
{
    private static readonly Setting s_authority = new("authority", SettingType.Text, "PEM file of an authority by which its certificate is good; without, those of the machine.");
    private static readonly Setting s_server = new("server", SettingType.Text, "HOST:PORT.") { Required = true };
    private static readonly ImmutableArray<Setting> s_template =
    [
        new("url", SettingType.Secret, "The address that is posted to; it may hold a token.") { Required = true },
        new("template", SettingType.Text, "A JSON file with places such as {{title}}, each within quotes; what is put there is escaped. Without, a usual form."),
        new("token", SettingType.Secret, "Shown as bearer token."),
        new("key", SettingType.Secret, "What the place {{key}} holds."),
        s_authority,
    ];

    public static ImmutableArray<ChannelKind> All { get; } =
    [
        new("email", "A mail to a mail server.",
            [
                s_server,
                new("security", SettingType.Word, "starttls: TLS from the start of the conversation on, or nothing is sent; tls: TLS at once; none: clear text, without signing in.") { Words = ["starttls", "tls", "none"], Default = "starttls" },
                new("from", SettingType.Text, "The sender's address.") { Required = true },
                new("to", SettingType.Texts, "The receivers' addresses.") { Required = true },
                new("user", SettingType.Text, "Who signs in; without, nobody does."),
                new("password", SettingType.Secret, "The password."),
                s_authority,
            ], Email),
        new("pager", "A pager: posts a template; without one, as PagerDuty's events are.", s_template, (d, g, t, b) => Template(d, g, t, b, MessageTemplate.Pager)),
        new("slack", "An incoming webhook as Slack, Mattermost and others have it.", [new("url", SettingType.Secret, "The webhook's address; who knows it can write there.") { Required = true }, s_authority],
            (d, g, t, b) => Authority(d, b) is var (authority, ok) && ok ? new SlackChannel(new Posting(g, Read(d, "url"), authority, t)) : null),
        new("syslog", "Syslog (RFC 5424) with the Common Event Format, for a SIEM.",
            [s_server, new("protocol", SettingType.Word, "How it goes there.") { Words = ["tls", "tcp", "udp"], Default = "tls" }, s_authority],
            (d, g, t, b) => Server(d, b) is var (host, port) && Authority(d, b) is var (authority, ok) && ok ? new SyslogChannel(g, host, port, d.Settings.Text("protocol")!, authority) : null),
        new("ticket", "A ticket system: posts a template.", s_template, (d, g, t, b) => Template(d, g, t, b, MessageTemplate.Ticket)),
        new("webhook", "Posts all that is told, as JSON, signed.",
            [
                new("url", SettingType.Text, "The address that is posted to.") { Required = true },
                new("secret", SettingType.Secret, "What the signature is made with (HMAC-SHA256).") { Required = true },
                s_authority,
            ],
            (d, g, t, b) => Authority(d, b) is var (authority, ok) && ok ? new WebhookChannel(new Posting(g, () => d.Settings.Text("url")!, authority, t), Read(d, "secret"), t) : null),
    ];

    public static ChannelKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);

    private static Func<string> Read(ChannelDefinition definition, string name) => () => Posting.Read(definition.Settings.Secret(name)!);

    private static Func<string>? ReadIf(ChannelDefinition definition, string name) => definition.Settings.Secret(name) is null ? null : Read(definition, name);

    private static TemplateChannel? Template(ChannelDefinition d, OutboundGuard guard, TimeProvider time, DiagnosticBag bag, string usual)
    {
        var text = usual;
        if (d.Settings.Text("template") is { } file)
        {
            if (TryFile(d, "template", file, bag) is not { } own) return null;
            text = own;
        }

        if (MessageTemplate.Parse(text, out var problem) is not { } template)
        {
            bag.Error(ConfigurationCodes.Unusable, d.Settings.LocationOf("template"), $"The template cannot be used: {problem}.");
            return null;
        }

        return Authority(d, bag) is var (authority, ok) && ok ? new TemplateChannel(new Posting(guard, Read(d, "url"), authority, time), template, ReadIf(d, "token"), ReadIf(d, "key")) : null;
    }

    private static EmailChannel? Email(ChannelDefinition d, OutboundGuard guard, TimeProvider time, DiagnosticBag bag)
    {
        var (server, (authority, ok)) = (Server(d, bag), Authority(d, bag));
        var (from, to, user, password) = (d.Settings.Text("from") ?? "", d.Settings.Texts("to"), d.Settings.Text("user"), d.Settings.Secret("password"));
        void Refuse(string key, string what)
        {
            bag.Error(ConfigurationCodes.Unusable, d.Settings.LocationOf(key), what);
            ok = false;
        }

        foreach (var address in to.Add(from).Where(a => !EmailTerms.IsAddress(a))) Refuse(address == from ? "from" : "to", $"'{address}' is no plain address such as soc@example.org.");
        if (to.IsEmpty) Refuse("to", "'to' names nobody.");
        if (user is null != password is null) Refuse("user", "'user' and 'password' go together.");
        if (user is not null && d.Settings.Text("security") == "none") Refuse("security", "A password is shown only behind TLS: 'security' must be starttls or tls.");
        return server is var (host, port) && ok ? new EmailChannel(guard, new EmailTerms(host, port, d.Settings.Text("security")!, from, to, user, ReadIf(d, "password"), authority)) : null;
    }

    private static (string Host, int Port)? Server(ChannelDefinition d, DiagnosticBag bag)
    {
        var text = d.Settings.Text("server") ?? "";
        var colon = text.LastIndexOf(':');
        if (colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 && Uri.CheckHostName(text[..colon].Trim('[', ']')) != UriHostNameType.Unknown) return (text[..colon].Trim('[', ']'), port);
        bag.Error(ConfigurationCodes.Unusable, d.Settings.LocationOf("server"), $"'{text}' is not HOST:PORT.");
        return null;
    }

    private static (string? Pem, bool IsOk) Authority(ChannelDefinition d, DiagnosticBag bag)
    {
        if (d.Settings.Text("authority") is not { } file) return (null, true);
        if (TryFile(d, "authority", file, bag) is not { } pem) return (null, false);
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPem(pem);
            if (found.Count > 0) return (pem, true);
        }
        catch (CryptographicException)
        {
            // Said below.
        }

        bag.Error(ConfigurationCodes.Unusable, d.Settings.LocationOf("authority"), $"{file} holds no certificate in PEM.");
        return (null, false);
    }

    private static string? TryFile(ChannelDefinition d, string key, string file, DiagnosticBag bag)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bag.Error(ConfigurationCodes.Unusable, d.Settings.LocationOf(key), $"The file cannot be read: {e.Message}");
            return null;
        }
    }
}
