using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Waterguard.Response.Evidence;

/// <summary>What a bundle turned out to be.</summary>
/// <param name="Files">How many files are as the manifest says.</param>
/// <param name="ManifestSha256">Empty where there is no manifest.</param>
/// <param name="Problems">A sentence each; none: it is whole.</param>
public sealed record EvidenceReport(int Files, string ManifestSha256, ImmutableArray<string> Problems);

/// <summary>Checks bundles of evidence.</summary>
public static class EvidenceCheck
{
    private const int MostFiles = 10_000;
    private const int MostManifest = 16 << 20;

    /// <summary>Compares each file of a bundle with its manifest. Never throws for what stands in it.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<EvidenceReport> RunAsync(string bundle, CancellationToken cancel)
    {
        var found = new Dictionary<string, (long Size, string Hash)>(StringComparer.Ordinal);
        var problems = ImmutableArray.CreateBuilder<string>();
        byte[]? manifest = null;
        await using var file = File.OpenRead(bundle);
        try
        {
            await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            await using var tar = new TarReader(unpacked);
            while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                if (found.Count >= MostFiles) throw new InvalidDataException($"it has more than {MostFiles} files");
                if (found.ContainsKey(entry.Name) || (entry.Name == EvidenceBundle.Manifest && manifest is not null)) problems.Add($"{entry.Name} is in it twice");
                if (entry.Name == EvidenceBundle.Manifest) manifest = await ManifestAsync(entry, cancel);
                else found[entry.Name] = (entry.Length, entry.DataStream is { } data ? Convert.ToHexStringLower(await SHA256.HashDataAsync(data, cancel)) : Convert.ToHexStringLower(SHA256.HashData([])));
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            problems.Add($"it cannot be unpacked whole: {e.Message}");
        }

        if (manifest is null) return new EvidenceReport(0, "", [.. problems, "it has no manifest"]);
        var whole = Compare(manifest, found, problems);
        return new EvidenceReport(whole, Convert.ToHexStringLower(SHA256.HashData(manifest)), problems.ToImmutable());
    }

    private static async Task<byte[]> ManifestAsync(TarEntry entry, CancellationToken cancel)
    {
        if (entry.Length > MostManifest || entry.DataStream is null) throw new InvalidDataException("its manifest is empty or too large");
        using var memory = new MemoryStream();
        await entry.DataStream.CopyToAsync(memory, cancel);
        return memory.ToArray();
    }

    private static int Compare(byte[] manifest, Dictionary<string, (long Size, string Hash)> found, ImmutableArray<string>.Builder problems)
    {
        var whole = 0;
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var named = new HashSet<string>(StringComparer.Ordinal);
            foreach (var item in json.RootElement.GetProperty("files").EnumerateArray())
            {
                var (name, hash) = (item.GetProperty("name").GetString()!, item.GetProperty("sha256").GetString());
                named.Add(name);
                if (!found.TryGetValue(name, out var there)) problems.Add($"{name} is missing");
                else if (there.Hash != hash || there.Size != item.GetProperty("size").GetInt64()) problems.Add($"{name} is not what was collected");
                else whole++;
            }

            foreach (var extra in found.Keys.Where(n => !named.Contains(n)).Order(StringComparer.Ordinal)) problems.Add($"{extra} was put in later");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            problems.Add("its manifest cannot be read");
        }

        return whole;
    }
}
