namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>Finds the folders that hold hours: one for each resource. Walks the levels above them only, so that it costs the same in the tenth year.</summary>
internal sealed class BlobFolders(BlobStore store, BlobSettings settings, TransportProgress progress)
{
    private const int MostFolders = 20_000;
    private const int MostLevels = 16;

    /// <summary>Container and prefix, up to and with the slash before <c>y=</c>.</summary>
    public async Task<IReadOnlyList<(string Container, string Prefix)>> FindAsync(CancellationToken cancel)
    {
        var folders = new List<(string, string)>();
        foreach (var container in await ContainersAsync(cancel)) await DescendAsync(container, "", 0, folders, cancel);
        return folders;
    }

    public async Task<IReadOnlyList<string>> ContainersAsync(CancellationToken cancel)
    {
        // A container that is named needs no right to list containers.
        var found = new SortedSet<string>(settings.Containers.Where(c => !c.EndsWith('*')), StringComparer.Ordinal);
        foreach (var pattern in settings.Containers.Where(c => c.EndsWith('*'))) found.UnionWith((await store.ContainersAsync(pattern[..^1], cancel)).Where(settings.Wants));
        return [.. found];
    }

    private async Task DescendAsync(string container, string prefix, int depth, List<(string, string)> folders, CancellationToken cancel)
    {
        if (folders.Count >= MostFolders || depth > MostLevels)
        {
            progress.Note("folders beyond our bounds");
            return;
        }

        var level = await store.LevelAsync(container, prefix, cancel);
        if (level.Blobs.Count > 0) progress.Note("blobs outside of the layout by hours", level.Blobs.Count);
        if (level.Prefixes.Any(p => p.AsSpan(prefix.Length).StartsWith("y=", StringComparison.Ordinal)))
        {
            folders.Add((container, prefix));
            return;
        }

        foreach (var below in level.Prefixes) await DescendAsync(container, below, depth + 1, folders, cancel);
    }
}
