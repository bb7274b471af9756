namespace Waterguard.Platforms.Azure;

/// <summary>Where a cloud of Microsoft's has its services.</summary>
/// <param name="Authority">Gives tokens.</param>
/// <param name="Metrics">What tokens for metrics are for; each region has an address of its own.</param>
/// <param name="StorageSuffix">Follows an account's name.</param>
public sealed record AzureCloud(Uri Authority, Uri Graph, Uri Management, Uri LogAnalytics, Uri Office, Uri Metrics, string StorageSuffix)
{
    /// <summary>The public cloud.</summary>
    public static AzureCloud Public { get; } = new(
        new Uri("https://login.microsoftonline.com/"), new Uri("https://graph.microsoft.com/"), new Uri("https://management.azure.com/"), new Uri("https://api.loganalytics.io/"), new Uri("https://manage.office.com/"), new Uri("https://metrics.monitor.azure.com/"), "blob.core.windows.net");

    /// <summary>The cloud of the government of the United States (GCC High).</summary>
    public static AzureCloud Government { get; } = new(
        new Uri("https://login.microsoftonline.us/"), new Uri("https://graph.microsoft.us/"), new Uri("https://management.usgovcloudapi.net/"), new Uri("https://api.loganalytics.us/"), new Uri("https://manage.office365.us/"), new Uri("https://metrics.monitor.azure.us/"), "blob.core.usgovcloudapi.net");

    /// <summary>The cloud in China.</summary>
    public static AzureCloud China { get; } = new(
        new Uri("https://login.chinacloudapi.cn/"), new Uri("https://microsoftgraph.chinacloudapi.cn/"), new Uri("https://management.chinacloudapi.cn/"), new Uri("https://api.loganalytics.azure.cn/"), new Uri("https://manage.office365.cn/"), new Uri("https://metrics.monitor.azure.cn/"), "blob.core.chinacloudapi.cn");

    /// <summary>One by its word.</summary>
    public static AzureCloud Named(string? word) => word switch { "government" => Government, "china" => China, _ => Public };
}
