using Waterguard.Platforms.Outbound;

namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>What to do about a refusal of a storage account, for whoever administers it.</summary>
internal static class BlobAdvice
{
    public static string Of(string account, ApiRefusedException refused) => refused.Error.Code switch
    {
        "AuthorizationPermissionMismatch" => $"the identity may not read {account}: give it the role Storage Blob Data Reader on the account (Access control (IAM)); Reader or Owner alone do not read data. It takes minutes to hold",
        "AuthorizationFailure" => $"{account} refuses this network or signature: allow it under Networking > Firewalls, or give the signature the rights list and read (sp=rl) for service, container and object (srt=sco)",
        "AuthenticationFailed" => $"{account} does not accept the credential ({refused.Error.Message}): has the signature or key expired or been renewed, and is this machine's clock right?",
        "KeyBasedAuthenticationNotPermitted" => $"{account} does not allow its key: use client-secret, workload-identity or managed-identity with the role Storage Blob Data Reader",
        "AuthorizationResourceTypeMismatch" or "AuthorizationServiceMismatch" or "AuthorizationProtocolMismatch" => $"the signature is not for this ({refused.Error.Code}): make one for the Blob service, resource types service, container and object, permissions read and list",
        "ContainerNotFound" => $"{account}: a container that is named under 'container' does not exist",
        "PublicAccessNotPermitted" or "NoAuthenticationInformation" or "ResourceNotFound" => $"{account} got no usable credential ({refused.Error.Code}): check 'credential'",
        _ => $"{account}: {refused.Message}",
    };
}
