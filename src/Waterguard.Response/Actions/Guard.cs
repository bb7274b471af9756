using System.Text.Json;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions;

/// <summary>Turns what a platform says into what a responder reads.</summary>
internal static class Guard
{
    public static async Task<T> Async<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ApiRefusedException or CredentialException)
        {
            throw new ActionFailedException(e.Message, e);
        }
    }

    public static Task Async(Func<Task> ask) => Async(async () =>
    {
        await ask();
        return true;
    });
}
