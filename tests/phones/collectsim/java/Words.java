import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.ItemsetBinding;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.instance.ExternalDataInstance;
import org.javarosa.form.api.FormEntryCaption;
import org.javarosa.form.api.FormEntryPrompt;

/**
 * What a person reads on the way, in each language of the form: {"name", "kind", "text"} in the order of the screens.
 *
 * The kinds: group, label, hint, choice, refusal (a constraint's message), and row for a choice out of a list of the town or the
 * phone, whose words are not the form's.
 */
final class Words {
    final CollectForm.Session session;
    final String own;
    final ObjectNode said = CollectForm.JSON.createObjectNode();

    /** `own` is the language that the phone is set to; blank is the form's default. */
    Words(CollectForm.Session session, String own) {
        this.session = session;
        this.own = own.isEmpty() && session.model.getLanguages() != null ? session.model.getLanguage() : own;
        if (this.own != null && !this.own.isEmpty()) {
            session.fec.setLanguage(this.own);
        }
    }

    /** Turns the screen that stands now into each language, as the menu of Collect does, and back. */
    void read(boolean isQuestion) {
        String[] languages = session.model.getLanguages();
        for (String language : languages == null ? new String[0] : languages) {
            session.fec.setLanguage(language);
            ArrayNode here = said.withArray(language);
            if (isQuestion) {
                question(session.model.getQuestionPrompt(), here);
            } else {
                FormEntryCaption group = session.model.getCaptionPrompt();
                if (group.getQuestionText() != null) {
                    note(here, group, "group", group.getQuestionText());
                }
            }
        }
        if (languages != null) {
            session.fec.setLanguage(own);
        }
    }

    void question(FormEntryPrompt prompt, ArrayNode here) {
        note(here, prompt, "label", prompt.getQuestionText());
        if (prompt.getHelpText() != null) {
            note(here, prompt, "hint", prompt.getHelpText());
        }
        if (prompt.getConstraintText() != null) {
            note(here, prompt, "refusal", prompt.getConstraintText());
        }
        List<SelectChoice> choices = prompt.getControlType() == Constants.CONTROL_INPUT ? null : prompt.getSelectChoices();
        String kind = isFromList(prompt) ? "row" : "choice";
        for (int i = 0; choices != null && i < choices.size(); i++) {
            note(here, prompt, kind, prompt.getSelectChoiceText(choices.get(i)));
        }
    }

    boolean isFromList(FormEntryPrompt prompt) {
        ItemsetBinding items = prompt.getQuestion().getDynamicChoices();
        String list = items == null ? null : items.nodesetRef.getInstanceName();
        return list != null && session.form.getNonMainInstance(list) instanceof ExternalDataInstance;
    }

    static void note(ArrayNode here, FormEntryCaption of, String kind, String text) {
        String name = of.getIndex().getReference().getNameLast();
        here.addObject().put("name", name).put("kind", kind).put("text", text);
    }
}
