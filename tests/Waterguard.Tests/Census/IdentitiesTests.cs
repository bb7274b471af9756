using Waterguard.Detection.Census;
using Xunit;
using static Waterguard.Tests.Census.Facts;

namespace Waterguard.Tests.Census;

/// <summary>Which names are one identity.</summary>
public sealed class IdentitiesTests
{
    private const string Object = "0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a";
    private const string Other = "1f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a";

    [Fact]
    public void An_object_id_a_principal_name_and_an_account_with_the_same_mail_are_one()
    {
        var identities = new Identities();
        identities.Tell(Object, "Ines@harbour.example", At(0));
        identities.Tell("104729", "ines@harbour.example", At(5));

        foreach (var name in new[] { Object, "INES@harbour.example", "104729" }) Assert.Equal("ines@harbour.example", identities.Canonical(name, At(10)));
    }

    [Fact]
    public void What_is_told_later_is_not_known_yet_and_does_not_change_the_name()
    {
        var identities = new Identities();
        identities.Tell(Object, "ines@harbour.example", At(10));
        identities.Tell(Object, "abel@harbour.example", At(20));

        Assert.Equal(Object, identities.Canonical(Object, At(5)));
        Assert.Equal("ines@harbour.example", identities.Canonical(Object, At(15)));
        Assert.Equal("ines@harbour.example", identities.Canonical("abel@harbour.example", At(25)));
    }

    [Fact]
    public void A_name_that_was_given_to_somebody_else_is_the_new_one_s_from_then_on()
    {
        var identities = new Identities();
        identities.Tell(Object, "dock@harbour.example", At(0));
        identities.Tell(Object, "ines@harbour.example", At(1));
        identities.Tell(Other, "dock@harbour.example", At(100));
        identities.Tell(Other, "abel@harbour.example", At(101));

        Assert.Equal(identities.Canonical("ines@harbour.example", At(50)), identities.Canonical("dock@harbour.example", At(50)));
        Assert.Equal(identities.Canonical("abel@harbour.example", At(150)), identities.Canonical("dock@harbour.example", At(150)));
        Assert.NotEqual(identities.Canonical("ines@harbour.example", At(150)), identities.Canonical("abel@harbour.example", At(150)));
    }

    [Fact]
    public void Nobody_known_is_called_by_the_own_name_in_lower_case() => Assert.Equal("ines@harbour.example", new Identities().Canonical("Ines@Harbour.example", At(0)));
}
