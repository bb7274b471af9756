using System.Text;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>Reads the part of a kubeconfig that needs no other program: server, authority, token, certificate and key. Whatever else stands in what is used is an error, with file and line: what we would not heed must not look heeded.</summary>
public static class Kubeconfig
{
    private static readonly string[] s_top = ["apiVersion", "kind", "preferences", "clusters", "contexts", "users", "current-context"];
    private static readonly string[] s_context = ["cluster", "user", "namespace", "extensions"];
    private static readonly string[] s_cluster = ["server", "certificate-authority", "certificate-authority-data", "extensions"];
    private static readonly string[] s_user = ["token", "tokenFile", "client-certificate", "client-certificate-data", "client-key", "client-key-data", "extensions"];

    /// <summary>The cluster of a file's current context.</summary>
    /// <param name="file">Its path; files that it names are looked for beside it.</param>
    /// <exception cref="FormatException">It cannot be used; the message says where and why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static KubernetesCluster Load(string file)
    {
        var yaml = YamlFile.Parse(file, File.ReadAllBytes(file));
        if (yaml.Diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is { } broken) throw new FormatException(broken.ToString());
        if (yaml.Documents is not [{ Root: YamlMapping root }]) throw new FormatException($"{file}: a kubeconfig is one mapping");
        Only(root, s_top, "a kubeconfig");
        var current = Needed(root, "current-context");
        var context = Named(root, "contexts", current, "context");
        Only(context, s_context, "a context");
        var cluster = Named(root, "clusters", Needed(context, "cluster"), "cluster");
        Only(cluster, s_cluster, "a cluster");
        var user = Named(root, "users", Needed(context, "user"), "user");
        Only(user, s_user, "a user");

        var server = Needed(cluster, "server");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !AllowedHosts.IsClearTextAllowed(address))) throw Wrong(cluster["server"]!, $"'{server}' is no https address (http is for this machine only)");
        var (certificate, key) = (Text(file, user, "client-certificate"), Text(file, user, "client-key"));
        if (certificate is null != key is null) throw Wrong(user, "a client certificate and its key go together");
        return new KubernetesCluster(address, Text(file, cluster, "certificate-authority"), Tokens(file, user), certificate, key);
    }

    private static IAccessTokens? Tokens(string file, YamlMapping user)
    {
        if (user["tokenFile"] is { } path) return new TokenFile(Beside(file, Scalar(path)));
        if (user["token"] is not { } given) return null;
        var token = Scalar(given);
        if (token.Length == 0 || token.Any(c => c is <= ' ' or > '~')) throw Wrong(given, "this is no token");
        return new GivenToken(() => (token, null));
    }

    // Either in the file itself (-data, in base64), or in another.
    private static string? Text(string file, YamlMapping of, string name)
    {
        if (of[name + "-data"] is { } data)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(Scalar(data)));
            }
            catch (FormatException)
            {
                throw Wrong(data, $"'{name}-data' is no base64");
            }
        }

        if (of[name] is not { } path) return null;
        try
        {
            return File.ReadAllText(Beside(file, Scalar(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(path, $"'{name}' cannot be read: {e.Message}");
        }
    }

    private static YamlMapping Named(YamlMapping root, string list, string name, string kind)
    {
        if (root[list] is not YamlSequence all) throw Wrong(root, $"'{list}' is missing, or no list");
        foreach (var item in all.Items)
        {
            if (item is not YamlMapping one || one["name"] is not YamlScalar given) throw Wrong(item, $"each of '{list}' has a name");
            if (given.Text == name) return one[kind] as YamlMapping ?? throw Wrong(one, $"'{kind}' is missing, or no mapping");
        }

        throw Wrong(all, $"there is no {kind} '{name}'");
    }

    private static void Only(YamlMapping mapping, string[] known, string what)
    {
        foreach (var entry in mapping.Entries)
        {
            if (!known.Contains(entry.Name, StringComparer.Ordinal)) throw Wrong(entry.Key, $"'{entry.Name}' of {what} is not heeded here: use {string.Join(", ", known)}");
        }
    }

    private static string Needed(YamlMapping mapping, string name) => mapping[name] is { } node && Scalar(node) is { Length: > 0 } text ? text : throw Wrong(mapping, $"'{name}' is missing");

    private static string Scalar(YamlNode node) => node is YamlScalar scalar ? scalar.Text ?? "" : throw Wrong(node, "a text is expected");

    private static string Beside(string file, string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, path);

    private static FormatException Wrong(YamlNode at, string why) => new($"{at.Location.File}:{at.Location.Line}: {why}");
}
